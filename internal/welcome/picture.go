package welcome

import (
	"context"
	"io"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"rsc.io/qr"
)

// picture draws an address as a QR code. It holds nothing but digits of ours,
// so it needs no escaping.
func picture(address string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		code, err := qr.Encode(address, qr.M)
		if err != nil {
			return err
		}
		var path strings.Builder
		for y := range code.Size {
			for x := range code.Size {
				if code.Black(x, y) {
					path.WriteString("M" + strconv.Itoa(x) + " " + strconv.Itoa(y) + "h1v1h-1z")
				}
			}
		}
		size := strconv.Itoa(code.Size)
		_, err = io.WriteString(w, `<svg width="240" height="240" viewBox="0 0 `+size+" "+size+`" shape-rendering="crispEdges"><path d="`+path.String()+`"></path></svg>`)
		return err
	})
}
