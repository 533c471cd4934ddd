package main

import (
	"math/rand/v2"
	"strings"
)

// culture is a stock of names that go together. They are common ones, put
// together by chance: nobody in particular is meant.
type culture struct {
	locale      string
	lastFirst   bool
	first, last []string // "Zoë=zoe": as written, and for an address where that differs
}

// name is a name in its own script and one fit for an address.
type name struct{ written, latin string }

func (c culture) pick(rng *rand.Rand, from []string) name {
	written, latin, differs := strings.Cut(from[rng.IntN(len(from))], "=")
	if !differs {
		latin = strings.ToLower(strings.ReplaceAll(written, " ", ""))
	}
	return name{written, latin}
}

func words(text string) []string { return strings.Fields(text) }

func cultures() []culture {
	return []culture{
		{
			"en", false,
			words("Amelia Ava Chloe Daisy Ella Freya Grace Harry Isla Jack Leo Lily Lucas Maya Noah Oliver Poppy Ruby Theo Willow"),
			words("Abbott Barlow Carter Dawson Ellis Fletcher Gibbs Harper Ingram Jarvis Kirby Lawson Marsh Norris Osborne Palmer Quinn Rowe Sutton Webb"),
		},
		{
			"de", false,
			words("Anna Ben Clara Emil Frieda Hannes Ida Jonas Käthe=kaethe Lena Mia Moritz Nele Oskar Paula Rosa Sören=soeren Theo Ulla Jürgen=juergen"),
			words("Albrecht Bäcker=baecker Dörfler=doerfler Engel Fuchs Groß=gross Hübner=huebner Jung Kühn=kuehn Lindner Möller=moeller Nowak Pohl Richter Schäfer=schaefer Thiel Vogt Weiß=weiss Zimmer"),
		},
		{
			"fr", false,
			words("Agathe Baptiste Chloé=chloe Élodie=elodie Félix=felix Gaël=gael Hugo Inès=ines Jules Léa=lea Manon Noé=noe Océane=oceane Rémi=remi Zoë=zoe"),
			words("Besson Carpentier Dufour Étienne=etienne Fabre Garnier Hébert=hebert Lefèvre=lefevre Marchand Noël=noel Perrin Roussel Tessier Vasseur"),
		},
		{
			"es", false,
			words("Álvaro=alvaro Beatriz Carmen Diego Elena Íñigo=inigo Jimena Lucía=lucia Mateo Nuria Óscar=oscar Pilar Sofía=sofia Tomás=tomas"),
			words("Aguilar Benítez=benitez Castaño=castano Delgado Espinosa Fuentes Ibáñez=ibanez Lozano Muñoz=munoz Núñez=nunez Ortega Peña=pena Rivas Serrano"),
		},
		{
			"pl", false,
			words("Agnieszka Bartosz Czesław=czeslaw Dorota Elżbieta=elzbieta Grażyna=grazyna Jakub Łucja=lucja Małgorzata=malgorzata Oliwia Paweł=pawel Zofia"),
			words("Adamczyk Bąk=bak Dąbrowska=dabrowska Górski=gorski Jabłoński=jablonski Król=krol Michałek=michalek Pawlak Sikora Wójcik=wojcik Żak=zak"),
		},
		{
			"tr", false,
			words("Ayşe=ayse Burak Cem Çağla=cagla Defne Emre Gökhan=gokhan İpek=ipek Mehmet Naz Özgür=ozgur Selin Umut Zeynep"),
			words("Aksoy Bulut Çelik=celik Demir Erdoğdu=erdogdu Güneş=gunes Işık=isik Kaya Özkan=ozkan Şahin=sahin Tekin Yıldız=yildiz"),
		},
		{
			"sv", false,
			words("Åsa=asa Björn=bjorn Elsa Göran=goran Ingrid Kerstin Lars Maja Nils Ömer=omer Saga Tuva Viggo"),
			words("Åkesson=akesson Bergqvist Dahlgren Ek Forsberg Hägg=hagg Lindqvist Nyström=nystrom Sjöberg=sjoberg Wallin"),
		},
		{
			"vi", true,
			words("An=an Bình=binh Chi=chi Dũng=dung Hương=huong Khánh=khanh Linh=linh Minh=minh Ngọc=ngoc Quân=quan Thảo=thao"),
			words("Bùi=bui Đặng=dang Đỗ=do Hồ=ho Lê=le Ngô=ngo Nguyễn=nguyen Phạm=pham Trần=tran Vũ=vu"),
		},
		{
			"ja", true,
			words("葵=aoi 大和=yamato 花子=hanako 健太=kenta 美咲=misaki 直樹=naoki 桜=sakura 拓海=takumi 結衣=yui 蓮=ren"),
			words("石川=ishikawa 小林=kobayashi 松本=matsumoto 中村=nakamura 佐々木=sasaki 高橋=takahashi 山口=yamaguchi 吉田=yoshida"),
		},
		{
			"ar", false,
			words("أمل=amal بدر=badr دانة=dana فريد=farid هدى=huda كريم=karim ليلى=layla نور=nour رامي=rami سلمى=salma"),
			words("العطار=alattar الخوري=alkhoury النجار=alnajjar حداد=haddad منصور=mansour قاسم=qasim صباغ=sabbagh"),
		},
		{
			"hi", false,
			words("आरव=aarav दीया=diya ईशान=ishaan काव्या=kavya मीरा=meera निखिल=nikhil प्रिया=priya रोहन=rohan सान्वी=saanvi विक्रम=vikram"),
			words("अग्रवाल=agrawal भट्ट=bhatt देसाई=desai गुप्ता=gupta जोशी=joshi मेहता=mehta राव=rao शर्मा=sharma"),
		},
		{
			"en", false,
			words("Adaeze Chinedu Efua Folake Kofi Kwame Ngozi Obinna Temi Uche Yaa Zainab"),
			words("Adeyemi Afolabi Agyeman Boateng Chukwu Danso Eze Mensah Nwosu Okafor Owusu"),
		},
		{
			"en", false,
			words("Seán=sean Aoife Niamh Oisín=oisin Róisín=roisin Cian Saoirse Tadhg Caoimhe Fionn"),
			words("O'Brien=obrien O'Dwyer=odwyer Byrne Ní-Bhriain=nibhriain Gallagher Keane Mac-Aodha=macaodha Nolan"),
		},
	}
}
