package sheet

import "strings"

// word lists what a column may be called in files of no known product.
type word struct {
	field   Field
	surely  []string // means this field
	perhaps []string // may mean it
}

// words are folded header words in English, German, French, Spanish, Italian,
// Portuguese, Dutch, Polish and the Scandinavian languages. Fields with longer
// names come first, so that "name" is left for whoever needs it last.
func words() []word {
	list := func(s string) []string { return strings.Fields(s) }
	return []word{
		{
			ManagedAppleID,
			list("managedappleid managedappleaccount verwalteteappleid verwalteterappleaccount identifiantapplegere idappleadministrado"),
			list("appleid appleaccount"),
		},
		{
			Email,
			list("email emailaddress mail mailaddress emailadresse mailadresse emailadres emailadress epost epostadresse epostadress courriel adresseemail adressemail adressecourriel correo correoelectronico direcciondecorreo direcciondecorreoelectronico postaelettronica indirizzoemail enderecodeemail adresemail workemail primaryemail"),
			list("login1email contactemail useremail studentemail email1"),
		},
		{
			ExternalID,
			list("externalid externeid externalidentifier employeeid employeenumber personid personnumber studentid studentnumber personalnummer mitarbeiternummer schulernummer matrikelnummer matricule identifiantexterne numeroempleado idempleado matricola numeroaluno personeelsnummer leerlingnummer objectid uniqueid sourcedid"),
			list("id nummer number numero kennung sisid uuid guid key"),
		},
		{
			UserName,
			list("username user login loginname benutzername benutzer anmeldename nomdutilisateur utilisateur identifiant nombredeusuario usuario nomeutente utente nomedeusuario gebruikersnaam nazwauzytkownika anvandarnamn brugernavn brukernavn userprincipalname upn samaccountname uid sisusername account accountname"),
			list("userid konto compte cuenta"),
		},
		{
			FirstName,
			list("firstname givenname forename vorname rufname prenom nombredepila primernombre voornaam fornamn fornavn imie primeironome"),
			list("first nombre nombres"),
		},
		{
			LastName,
			list("lastname surname familyname secondname nachname familienname zuname nomdefamille apellido apellidos cognome sobrenome apelido achternaam efternamn etternavn efternavn nazwisko"),
			list("last nom family"),
		},
		{
			FullName,
			list("fullname displayname anzeigename vollername vollstandigername nomcomplet nomaffiche nombrecompleto nomecompleto volledigenaam fullstandigtnamn commonname"),
			list("name person schuler student mitarbeiter employee naam namn navn nome cn"),
		},
		{
			Groups,
			list("groups group groupname gruppe gruppen groupe groupes grupo grupos gruppo gruppi groep groepen grupa grupp class classes klasse klassen classe clase orgunitpath usergroup usergroups"),
			list("department abteilung departement service departamento team ou organizationalunit organization organisation"),
		},
		{
			Location,
			list("location locationname standort site school schule ecole escuela scuola escola school locatie ubicacion"),
			list("office campus building"),
		},
		{
			Locale,
			list("locale language preferredlanguage sprache langue idioma lingua taal sprak sprog jezyk"),
			list("lang"),
		},
		{
			Notes,
			list("notes note comment comments remark remarks bemerkung bemerkungen notiz notizen kommentar remarque remarques commentaire notas comentario comentarios opmerking"),
			list("description beschreibung"),
		},
	}
}
