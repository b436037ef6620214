"""What registrars and other systems call the columns of a roster, in the languages we know of.

Each heading is written as `plain` has it, without spaces: `E-Mail-Adresse` is `emailadresse`.
"""

from __future__ import annotations

_WORDS = {
    "name": """name fullname studentname student studentfullname displayname learner participant
        person teilnehmer etudiant nomcomplet prenomnom prenometnom nombrecompleto nombreyapellidos
        nombreapellidos nomecognome nomeecognome nomecompleto vornamename vornamenachname
        vorundnachname naam volledigenaam firstlast firstnamelastname navn namn nimi fulltnavn
        姓名 名前 氏名""",
    "last_first": """lastfirst lastnamefirstname lastnamefirst surnamefirstname surnamename
        familynamefirstname nomprenom nometprenom nomprenoms apellidosynombre apellidosnombre
        apellidosnombres cognomenome cognomeenome namevorname nachnamevorname nachnameundvorname
        sobrenomenome""",
    "first": """firstname first givenname givennames given forename forenames firstnames fname
        vorname vornamen prenom prenoms nombres primernombre voornaam voornamen fornavn fornamn
        etunimi imie jmeno preferredfirstname 名""",
    "last": """lastname last surname surnames familyname family lname nachname familienname zuname
        nomdefamille nomusuel apellido apellidos primerapellido cognome sobrenome apelido
        achternaam etternavn efternavn efternamn sukunimi nazwisko prijmeni 姓""",
    "email": """email emailaddress emailaddresses mail mailaddress emailid useremail studentemail
        primaryemail universityemail schoolemail workemail emailname courriel adresseemail
        adressemail adressecourriel adresseelectronique adressedecourriel emailadresse mailadresse
        epost epostadresse epostadress correo correoelectronico direcciondecorreo
        direcciondecorreoelectronico enderecodeemail enderecoeletronico indirizzoemail
        indirizzodiposta postaelettronica emailadres sahkoposti 邮箱 电子邮件 邮件 電子郵件
        メールアドレス""",
    "number": """number studentid studentidnumber studentnumber studentno studentnr studno sid sisid
        sisuserid idnumber idno universityid schoolid campusid personid peoplesoftid emplid banner
        bannerid cwid puid uin orgdefinedid externalid registrationnumber regno rollnumber rollno
        matriculationnumber matriculationno matriculenumber matrikelnummer matrikelnr matrnr
        matrikel mnr matricule numeroetudiant noetudiant netudiant numetudiant codeetudiant
        numerodetudiant numerodematricule numerodealumno numerodematricula matricula expediente
        legajo nia numerodimatricola matricola numeromatricola studentnummer studienummer
        opiskelijanumero indeks 学号 學號 学籍番号""",
    "role": """role roles courserole roleincourse enrollmentrole enrolmentrole rolle rol ruolo
        funcao papel roletype""",
    "section": """section sections sectioncode sectionname sectionnumber coursesection group groups
        groupname gruppe gruppen groupe groupes grupo grupos gruppo gruppi groep tutorial tutorials
        tutorialgroup tutorium lab labs labsection recitation discussion seminar ubung ubungsgruppe
        uebung uebungsgruppe td tp turma turno seksjon paralelo paralelka 班级""",
    "login": """sisloginid loginid login username user userid netid kerberos uid benutzername
        benutzer kennung hrzkennung identifiant utorid onyen usuario anmeldename""",
    "id": """id canvasid canvasuserid""",
    "name_or_last": """nom""",
    "name_or_first": """nombre nome""",
}
HEADINGS = {word: kind for kind, words in _WORDS.items() for word in words.split()}

# A word, what may stand beside it, and what it then means, and otherwise.
EITHER = (
    ("name", "first", "last", "name"),
    ("name_or_last", "first", "last", "name"),
    ("name_or_first", "last", "first", "name"),
)
