package api

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"strings"

	"github.com/rsvpp/rsvpp/internal/gate"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// servePacked serves what is kept packed, unpacked for the few who cannot read it.
func servePacked(w http.ResponseWriter, r *http.Request, kind string, packed []byte) {
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Vary", "Accept-Encoding")
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(packed)
		return
	}
	plain, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		gate.WriteProblem(w, r, vpp.Wrap(vpp.Internal, err, "an asset is damaged"))
		return
	}
	_, _ = io.Copy(w, plain)
}
