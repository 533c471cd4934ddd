package view_test

import (
	"time"

	"github.com/a-h/templ"

	. "github.com/rsvpp/rsvpp/internal/console/view"
)

func mdmServers(theme string) map[string]templ.Component {
	facts := []Fact{{Term: "Address", Text: "https://mdm.school.example", Copy: true}, {Term: "State", Text: "answers.", Tone: Good}}
	lines := []MDMServerLine{
		{ID: "1", Name: evil, Kind: "NanoMDM", Tone: Good, State: "answers", Devices: 1204, Synced: ago(time.Hour)},
		{ID: "2", Name: "Fleet", Kind: "Fleet", Tone: Bad, State: "has a problem"},
	}
	return map[string]templ.Component{
		"mdm-servers": MDMPage(MDMSettings{Page: page(theme, "devices", "Device management"), Others: MDMServersPart(MDMServers{Lines: lines, May: true})}),
		"mdm-none":    MDMPage(MDMSettings{Page: page(theme, "devices", "Device management"), Others: MDMServersPart(MDMServers{})}),
		"mdm-server-add": MDMServerAddPage(MDMServerAdd{
			Page: page(theme, "devices", "Connect an MDM server"), Kinds: []Choice{{Value: "nanomdm", Text: "NanoMDM", Current: true}, {Value: "fleet", Text: "Fleet", Hint: "Reaches no users of Macs."}},
			Fields: []Field{{Name: "url", Label: "Address", Error: "The address is the server's.", Required: true}}, Error: "The MDM server cannot be reached.",
		}),
		"mdm-server": MDMServerPage(MDMServerCard{
			Page: page(theme, "devices", evil), ID: "1", Facts: facts, Setup: []Fact{{Term: "webhook-url", Text: "https://x.example/hooks/mdm/1/secret", Copy: true}}, Lists: true,
			Cannot: []string{"It lists no devices."}, Result: []Check{{Tone: Bad, Title: "That did not work", Detail: evil}}, Key: Field{Name: "key", Label: "New API key", Type: "password"},
		}),
	}
}
