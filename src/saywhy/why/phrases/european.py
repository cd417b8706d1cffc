"""What servers say in German, French, Spanish, Italian, Portuguese, Dutch, the Nordic languages, Polish, Czech,
Hungarian, Turkish, Russian and other languages of Europe, cause by cause.

Accents are taken off the table and the text alike; German also stands as it is written without umlauts.
"""

from __future__ import annotations

from saywhy.why.phrases.index import Row

ROWS: tuple[Row, ...] = (
    Row(
        "remote-mailbox-full",
        2,
        2,
        """
        postfach voll; postfach ist voll; postfach des empfangers ist voll; postfach uberfullt;
        mailbox voll; mailbox ist voll; mailbox uberfullt; briefkasten voll; quota uberschritten;
        kontingent uberschritten; speicherplatz uberschritten; speicherplatz erschopft; speicherkontingent;
        speicherlimit; postfach hat ... uberschritten; kein speicherplatz im postfach;
        postfachgrosse uberschritten; maximale postfachgrosse; postfach ueberfuellt; quota ueberschritten;
        kontingent ueberschritten; speicherplatz ueberschritten; boite pleine; boite aux lettres pleine;
        boite aux lettres est pleine; boite de reception pleine; boite du destinataire pleine;
        boite mail pleine; messagerie pleine; quota depasse; quota de la boite; depassement de quota;
        depasse son quota; espace de stockage depasse; espace de stockage insuffisant; a depasse la limite;
        boite ... saturee; buzon lleno; buzon esta lleno; buzon completo; casilla llena; bandeja llena;
        cuota excedida; cuota superada; excedio la cuota; excedido la cuota; ha excedido su cuota;
        ha superado su cuota; espacio insuficiente en el buzon; limite de almacenamiento;
        capacidad del buzon; sin espacio en el buzon; casella piena; casella di posta piena;
        casella e piena; mailbox piena; quota superata; quota esaurita; spazio esaurito; superato la quota;
        ha superato il limite di spazio; spazio insufficiente nella casella; caixa cheia;
        caixa de correio cheia; caixa postal cheia; caixa de entrada cheia; mailbox cheia; cota excedida;
        quota excedida; excedeu a quota; excedeu a cota; excedeu o limite; limite de armazenamento;
        espaco esgotado; mailbox is vol; postvak is vol; postbus vol; postbus is vol; postvak vol;
        mailbox zit vol; quotum overschreden; quota overschreden; opslaglimiet; schijfruimte overschreden;
        brevladan ar full; brevlada full; postladan ar full; inkorgen ar full; kvoten overskriden;
        kvot overskriden; postkassen er fuld; postkasse fuld; indbakken er fuld; kvote overskredet;
        postkassen er full; postboks full; postilaatikko on taynna; postilaatikko taynna; kiintio ylittynyt;
        levytila taynna; skrzynka pelna; skrzynka jest pelna; skrzynka odbiorcy jest pelna;
        skrzynka pocztowa jest pelna; przepelniona skrzynka; skrzynka przepelniona; przekroczono limit;
        przekroczony limit; przekroczona pojemnosc; brak miejsca w skrzynce; limit pojemnosci;
        przepelnione konto; schranka je plna; schranka plna; plna schranka; postovni schranka je plna;
        kvota prekrocena; prekrocena kvota; prekroceni kvoty; schranka prijemce je plna; prekrocena velkost;
        schranka je preplnena; postafiok megtelt; a postalada megtelt; megtelt; kvota tullepes;
        posta kutusu dolu; posta kutusu doldu; kutusu dolu; kotasi doldu; kota asildi; kotasi asildi;
        kotayi asti; casuta plina; casuta postala este plina; cota depasita; ящик переполнен;
        ящик заполнен; почтовый ящик переполнен;
        почтовый ящик заполнен; ящик получателя переполнен;
        превышена квота; квота превышена; превышение квоты;
        превышен лимит; недостаточно места; нет места в ящике;
        скринька переповнена; поштова скринька переповнена;

        """,
    ),
    Row(
        "remote-too-large",
        3,
        4,
        """
        nachricht zu gross; nachricht ist zu gross; nachricht zu gros; nachricht ist zu gros; mail zu gross;
        mail zu gros; e mail ist zu gros; maximale nachrichtengrosse; nachrichtengrosse; maximale grosse;
        grossenbeschrankung; grosenbeschrankung; nachrichtengroesse; ueberschreitet die maximale groesse;
        message trop volumineux; message est trop volumineux; message trop gros; message trop long;
        trop volumineux; taille maximale; taille du message; depasse la taille; depasse la taille maximale;
        mensaje demasiado grande; mensaje es demasiado grande; mensaje muy grande; tamano maximo;
        tamano del mensaje; excede el tamano; supera el tamano; messaggio troppo grande;
        messaggio e troppo grande; dimensione massima; dimensioni massime; dimensioni del messaggio;
        supera le dimensioni; mensagem muito grande; mensagem grande demais; mensagem excede;
        tamanho maximo; tamanho da mensagem; excede o tamanho; bericht is te groot; bericht te groot;
        maximale grootte; maximale berichtgrootte; maximum grootte; meddelandet ar for stort;
        meddelandet for stort; maximala storlek; beskeden er for stor; meldingen er for stor;
        maksimal storrelse; viesti on liian suuri; wiadomosc jest za duza; wiadomosc za duza;
        zbyt duza wiadomosc; wiadomosc jest zbyt duza; maksymalny rozmiar; przekracza maksymalny rozmiar;
        rozmiar wiadomosci; zprava je prilis velka; prilis velka zprava; maximalni velikost;
        velikost zpravy; tul nagy az uzenet; az uzenet tul nagy; mesaj cok buyuk; ileti cok buyuk;
        iletinin boyutu; maksimum boyut; сообщение слишком большое;
        слишком большое сообщение; слишком большой размер;
        размер сообщения; превышен размер;
        превышает максимальный размер;
        письмо слишком большое
        """,
    ),
    Row(
        "remote-mailbox-disabled",
        2,
        1,
        """
        postfach deaktiviert; postfach ist deaktiviert; postfach gesperrt; postfach ist gesperrt;
        konto deaktiviert; konto gesperrt; konto ist gesperrt; konto ist deaktiviert; benutzer gesperrt;
        benutzer deaktiviert; empfanger gesperrt; account gesperrt; boite desactivee; boite archivee;
        boite du destinataire archivee; compte desactive; compte suspendu; compte est desactive;
        compte inactif; compte ferme; compte bloque; adresse desactivee; boite inactive;
        boite aux lettres desactivee; cuenta desactivada; cuenta suspendida; cuenta deshabilitada;
        cuenta inactiva; cuenta bloqueada; buzon desactivado; buzon deshabilitado; buzon bloqueado;
        usuario inactivo; usuario suspendido; casella disabilitata; casella disattivata; casella sospesa;
        casella non attiva; account disabilitato; account sospeso; account disattivato; utente disabilitato;
        utente sospeso; conta desativada; conta suspensa; conta bloqueada; conta inativa; caixa desativada;
        caixa postal desativada; caixa postal bloqueada; usuario bloqueado; usuario inativo;
        usuario suspenso; account uitgeschakeld; account geblokkeerd; account is uitgeschakeld;
        postvak uitgeschakeld; mailbox uitgeschakeld; mailbox geblokkeerd; kontot ar avstangt;
        kontot ar inaktivt; kontot inaktiverat; kontoen er deaktiveret; kontoen er sperret;
        kontoen er lukket; brukerkontoen er deaktivert; konto zablokowane; konto jest zablokowane;
        konto nieaktywne; konto wylaczone; skrzynka zablokowana; skrzynka nieaktywna;
        skrzynka jest zablokowana; konto zawieszone; schranka zablokovana; schranka je zablokovana;
        ucet zablokovan; ucet je zablokovan; ucet deaktivovan; schranka je neaktivni; hesap devre disi;
        hesap askiya alindi; hesap kapali; hesabi devre disi; kutusu devre disi; ящик отключен;
        ящик заблокирован; почтовый ящик заблокирован;
        почтовый ящик отключен; учетная запись отключена;
        учетная запись заблокирована; аккаунт заблокирован;
        пользователь заблокирован; скринька заблокована
        """,
    ),
    Row(
        "remote-route-unknown",
        1,
        2,
        """
        domain nicht gefunden; domain existiert nicht; domane existiert nicht; domane nicht gefunden;
        unbekannte domain; unbekannte domane; host unbekannt; unbekannter host; rechner unbekannt;
        server nicht gefunden; domaine inconnu; domaine introuvable; domaine inexistant; hote inconnu;
        hote introuvable; serveur introuvable; dominio desconocido; dominio inexistente; dominio no existe;
        dominio no encontrado; host desconocido; servidor no encontrado; dominio sconosciuto;
        dominio non trovato; host sconosciuto; dominio nao encontrado; dominio nao existe;
        dominio desconhecido; servidor nao encontrado; domein onbekend; onbekend domein;
        domein niet gevonden; onbekende host; okand doman; domanen finns inte; ukendt domaene;
        nieznana domena; domena nie istnieje; nieznany host; nie znaleziono domeny; domena neexistuje;
        neznama domena; neznamy host; alan adi bulunamadi; bilinmeyen alan adi;
        домен не найден; домен не существует;
        неизвестный домен; неизвестный хост; хост не найден;
        сервер не найден
        """,
    ),
    Row(
        "remote-user-unknown",
        1,
        1,
        """
        empfanger unbekannt; empfanger ist unbekannt; unbekannter empfanger; benutzer unbekannt;
        unbekannter benutzer; benutzer nicht gefunden; empfanger nicht gefunden;
        empfanger wurde nicht gefunden; adresse nicht gefunden; adresse wurde nicht gefunden;
        adresse unbekannt; unbekannte adresse; adresse existiert nicht; empfanger existiert nicht;
        benutzer existiert nicht; postfach existiert nicht; postfach nicht vorhanden;
        postfach nicht gefunden; mailbox existiert nicht; e mail adresse existiert nicht;
        empfangeradresse existiert nicht; empfangeradresse ungultig; ungultiger empfanger;
        ungultige empfangeradresse; kein benutzer; kein solcher benutzer; kein postfach;
        teilnehmer unbekannt; empfanger nicht vorhanden; nicht im verzeichnis; empfaenger unbekannt;
        empfaenger nicht gefunden; empfaenger existiert nicht; unbekannter empfaenger;
        ungueltiger empfaenger; utilisateur inconnu; destinataire inconnu; adresse inconnue; boite inconnue;
        compte inconnu; utilisateur introuvable; destinataire introuvable; adresse introuvable;
        adresse invalide; destinataire invalide; adresse du destinataire est invalide;
        adresse d au moins un destinataire invalide; aucun utilisateur; utilisateur n'a pas ete trouve;
        destinataire n'a pas ete trouve; boite aux lettres inexistante; adresse inexistante;
        compte inexistant; utilisateur inexistant; n'est pas un utilisateur; adresse non trouvee;
        adresse erronee; usuario desconocido; destinatario desconocido; usuario no existe;
        usuario inexistente; no existe el usuario; no existe ese usuario; no existe dicha persona;
        no existe el buzon; no existe la cuenta; cuenta no existe; cuenta inexistente; cuenta inexistente;
        buzon no existe; buzon inexistente; direccion no existe; direccion inexistente;
        direccion desconocida; direccion invalida; direccion no valida; destinatario no existe;
        destinatario no encontrado; destinatario invalido; destinatario no valido; usuario no encontrado;
        usuario invalido; no se encuentra el usuario; no se ha encontrado; no se pudo encontrar;
        utente sconosciuto; destinatario sconosciuto; utente inesistente; casella inesistente;
        indirizzo inesistente; indirizzo sconosciuto; indirizzo non valido; destinatario inesistente;
        destinatario non valido; destinatario non trovato; utente non trovato; casella non esistente;
        account inesistente; indirizzo non trovato; casella sconosciuta; usuario desconhecido;
        destinatario desconhecido; utilizador desconhecido; usuario nao existe; utilizador nao existe;
        destinatario nao existe; destinatario inexistente; caixa inexistente; caixa postal inexistente;
        conta inexistente; conta nao existe; endereco inexistente; endereco invalido; endereco desconhecido;
        endereco nao encontrado; destinatario nao encontrado; destinatario invalido; usuario nao encontrado;
        caixa postal nao existe; gebruiker onbekend; onbekende gebruiker; ontvanger onbekend;
        onbekende ontvanger; adres onbekend; onbekend adres; gebruiker niet gevonden;
        ontvanger niet gevonden; adres niet gevonden; ongeldige ontvanger; ongeldig adres; mailbox onbekend;
        okand anvandare; okand mottagare; anvandaren finns inte; mottagaren finns inte; adressen finns inte;
        anvandaren ar okand; ogiltig mottagare; ogiltig adress; ukendt bruger; ukendt modtager;
        modtageren findes ikke; brugeren findes ikke; adressen findes ikke; ugyldig modtager; ukjent bruker;
        ukjent mottaker; brukeren finnes ikke; tuntematon kayttaja; tuntematon vastaanottaja;
        vastaanottajaa ei loydy; osoitetta ei loydy; kayttajaa ei loydy; nieznany uzytkownik;
        uzytkownik nieznany; nieznany odbiorca; odbiorca nieznany; nie ma takiego uzytkownika;
        nie ma takiego adresu; nie ma takiej skrzynki; nie ma takiego konta; brak takiego uzytkownika;
        brak uzytkownika; brak takiej skrzynki; uzytkownik nie istnieje; odbiorca nie istnieje;
        konto nie istnieje; skrzynka nie istnieje; adres nie istnieje; nieprawidlowy odbiorca;
        neznamy uzivatel; uzivatel neznamy; neznamy prijemce; uzivatel neexistuje; prijemce neexistuje;
        schranka neexistuje; adresa neexistuje; neexistujici uzivatel; neexistujici schranka;
        adresat nenalezen; uzivatel nenalezen; neznama adresa; adresa nebola najdena;
        ismeretlen felhasznalo; ismeretlen cimzett; nincs ilyen felhasznalo; bilinmeyen kullanici;
        kullanici bulunamadi; boyle bir kullanici yok; alici bulunamadi; alici bilinmiyor; adres bulunamadi;
        gecersiz alici; kullanici yok; utilizator necunoscut; destinatar necunoscut; utilizator inexistent;
        adresa inexistenta; нет такого пользователя;
        пользователь не найден; пользователь не существует;
        неизвестный пользователь; получатель не найден;
        неизвестный получатель; получатель не существует;
        адресат не найден; адрес не найден;
        адрес не существует; такого адреса не существует;
        ящик не существует; почтовый ящик не существует;
        ящик не найден; нет такого адреса; нет такого ящика;
        неверный адрес; неверный получатель;
        користувача не знайдено; непозната адреса;
        непознат потребител;
        αγνωστος χρηστης
        """,
    ),
    Row(
        "remote-mailbox-moved",
        1,
        6,
        """
        neue adresse lautet; neue e mail adresse; ist umgezogen; adresse hat sich geandert;
        nouvelle adresse; a change d adresse; nueva direccion; ha cambiado de direccion; nuovo indirizzo;
        novo endereco; nieuw adres; is verhuisd; ny adress; ny adresse; nowy adres; nova adresa; yeni adres;
        новый адрес
        """,
    ),
    Row(
        "remote-spam",
        7,
        1,
        """
        als spam erkannt; als spam eingestuft; spamverdacht; spam verdacht; unerwunschte nachricht;
        unerwunschte werbung; als unerwunscht; considere comme spam; considere comme du spam;
        detecte comme spam; identifie comme spam; courrier indesirable; message indesirable; pourriel;
        considerado spam; considerado como spam; detectado como spam; identificado como spam;
        correo no deseado; correo basura; identificato come spam; considerato spam; posta indesiderata;
        rilevato come spam; indesiderato; classificado como spam; identificada como spam; considerada spam;
        aangemerkt als spam; herkend als spam; ongewenste mail; ongewenste e mail; klassats som skrappost;
        skrappost; identificeret som spam; uonsket post; soppelpost; uznana za spam; uznany za spam;
        zaklasyfikowana jako spam; niechciana poczta; wiadomosc jest spamem; oznacena jako spam;
        vyhodnocena jako spam; nevyzadana posta; istenmeyen posta; istenmeyen e posta; spam olarak;
        похоже на спам; является спамом; признано спамом;
        распознано как спам; спам; нежелательная почта;
        нежелательное сообщение
        """,
    ),
    Row(
        "remote-block-list",
        7,
        1,
        """
        ip adresse gesperrt; ip adresse ist gesperrt; auf der blacklist; auf einer blacklist; sperrliste;
        schwarze liste; schwarzen liste; gelistet; ip blockiert; adresse ip bloquee; liste noire;
        ip bloquee; blacklistee; direccion ip bloqueada; lista negra; listas negras; ip bloqueada;
        ip bloccato; lista nera; zwarte lijst; ip adres geblokkeerd; svarta listan; svartlistad; sortlistet;
        svartelistet; czarna lista; czarnej liscie; na czarnej liscie; adres ip zablokowany; cerna listina;
        cerne listine; na blacklistu; blacklistis; blokeeris; kara liste; kara listede;
        черный список; черном списке; в черном списке;
        ip заблокирован
        """,
    ),
    Row(
        "remote-relay-denied",
        7,
        1,
        """
        weiterleitung nicht erlaubt; weiterleitung verweigert; relay nicht erlaubt; relaying nicht erlaubt;
        relay verboten; relais refuse; relais interdit; relayage interdit; relayage refuse;
        relais non autorise; relay no permitido; retransmision no permitida; reenvio no permitido;
        relay denegado; relay non consentito; relay negato; inoltro non consentito; relay nao permitido;
        relay negado; retransmissao nao permitida; relay niet toegestaan; doorsturen niet toegestaan;
        relay zabroniony; relay nie jest dozwolony; relay neni povolen; yonlendirme reddedildi;
        ретрансляция запрещена; пересылка запрещена;
        релей запрещен
        """,
    ),
    Row(
        "remote-rate-limited",
        7,
        0,
        """
        zu viele verbindungen; zu viele nachrichten; zu viele empfanger; trop de connexions;
        trop de messages; trop de destinataires; demasiadas conexiones; demasiados mensajes;
        demasiados destinatarios; troppe connessioni; troppi messaggi; troppi destinatari; muitas conexoes;
        muitas mensagens; muitos destinatarios; te veel verbindingen; te veel berichten;
        for manga anslutningar; for mange forbindelser; zbyt wiele polaczen; zbyt duzo polaczen;
        za duzo polaczen; prilis mnoho spojeni; cok fazla baglanti;
        слишком много соединений; слишком много подключений;
        слишком много сообщений; слишком много писем
        """,
    ),
    Row(
        "remote-virus-found",
        6,
        0,
        """
        virus gefunden; virus entdeckt; virus erkannt; enthalt einen virus; schadsoftware;
        contient un virus; virus detecte; logiciel malveillant; contiene un virus; virus detectado;
        virus encontrado; contiene virus; virus rilevato; contem virus; bevat een virus; virus gevonden;
        innehaller virus; indeholder virus; wykryto wirusa; zawiera wirusa; wirus; obsahuje virus;
        nalezen virus; virus bulundu; вирус; обнаружен вирус
        """,
    ),
    Row(
        "remote-attachment-refused",
        6,
        0,
        """
        anhang nicht erlaubt; anhang verboten; anhang blockiert; dateityp; piece jointe; pieces jointes;
        archivo adjunto; adjuntos; allegato; allegati; anexo; anexos; bijlage; bijlagen; bilaga; bilagor;
        vedhaeftet; vedlegg; zalacznik; zalaczniki; priloha; prilohy; ekli dosya; вложение;
        вложения
        """,
    ),
    Row(
        "remote-sender-refused",
        1,
        8,
        """
        absender abgelehnt; absender unbekannt; absender ungultig; absender nicht erlaubt;
        ungultiger absender; expediteur refuse; expediteur inconnu; expediteur invalide; emetteur invalide;
        emetteur inconnu; remitente rechazado; remitente desconocido; remitente invalido;
        remitente no valido; mittente rifiutato; mittente sconosciuto; mittente non valido;
        remetente rejeitado; remetente desconhecido; remetente invalido; afzender geweigerd;
        afzender onbekend; ongeldige afzender; nieprawidlowy nadawca; nieznany nadawca; neplatny odesilatel
        """,
    ),
)

# Words that mean something only when nothing better was said.
GENERAL: tuple[Row, ...] = (
    Row(
        "remote-user-unknown",
        1,
        1,
        """
        ungultige adresse; existiert nicht; n'existe pas; n'existe plus; n existe pas; no se encontro;
        no existe; non esiste; nao existe; nao foi encontrado; bestaat niet; niet gevonden; finns inte;
        hittades inte; findes ikke; finnes ikke; blev ikke fundet; ble ikke funnet; ei ole olemassa;
        nie istnieje; nie znaleziono; nieprawidlowy adres; niepoprawny adres; neexistuje; neplatna adresa;
        nem letezik; nem talalhato; gecersiz adres; mevcut degil; bulunamadi; nu exista;
        не существует; не найден; не знайдено; не існує
        """,
    ),
    Row(
        "remote-sender-refused",
        1,
        8,
        """
        absenderadresse; adresse de l expediteur; direccion del remitente; indirizzo del mittente;
        avsandaren; afsenderen; adres nadawcy; nadawca; odesilatel; gonderen;
        адрес отправителя; отправитель
        """,
    ),
    Row(
        "remote-greylisted",
        7,
        0,
        """
        versuchen sie es spater; bitte versuchen sie es spater; spater erneut; bitte spater erneut;
        veuillez reessayer plus tard; veuillez essayer plus tard; reessayez plus tard; intente mas tarde;
        intentelo mas tarde; intente de nuevo; riprovare piu tardi; riprova piu tardi; tente novamente;
        tente mais tarde; probeer het later; prova igen senare; prov igen senere; sprobuj ponownie;
        prosze sprobowac pozniej; zkuste to pozdeji; daha sonra tekrar; попробуйте позже;
        повторите попытку позже
        """,
    ),
    Row(
        "remote-policy",
        7,
        1,
        """
        zugriff verweigert; zugriff abgelehnt; aus richtliniengrunden; richtlinie; richtlinien; abgelehnt;
        verweigert; nicht erlaubt; nicht zulassig; nicht berechtigt; blockiert; gesperrt; acces refuse;
        acces interdit; politique; rejete; bloque; non autorise; interdit; acceso denegado; politica;
        politicas; rechazado; denegado; bloqueado; no permitido; no autorizado; prohibido; accesso negato;
        rifiutato; negato; bloccato; non consentito; non autorizzato; acesso negado; rejeitado; rejeitada;
        recusado; recusada; negado; nao permitido; nao autorizado; toegang geweigerd; geweigerd;
        geblokkeerd; niet toegestaan; beleid; atkomst nekad; nekad; avvisad; adgang naegtet; afvist; avvist;
        blokeret; blokkert; brak dostepu; dostep zabroniony; odrzucona; odrzucono; odrzucony; zablokowana;
        zablokowano; odmowa; pristup odepren; odmitnuto; odmitnuta; zamitnuta; zakazano; erisim reddedildi;
        reddedildi; engellendi; доступ запрещен; отказано; отклонено;
        запрещено; заблокировано; ihre ip; votre adresse ip; su direccion ip;
        ваш ip
        """,
    ),
)
