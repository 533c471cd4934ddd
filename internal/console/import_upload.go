package console

import (
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"

	"github.com/rsvpp/rsvpp/internal/console/view"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

func (d *Door) startImport(w http.ResponseWriter, r *http.Request) error {
	return d.render(w, r, view.ImportUploadPage(d.importUpload(r, "")))
}

func (d *Door) importUpload(r *http.Request, problem string) view.ImportUpload {
	m := view.ImportUpload{Page: d.importPage(r, "Import CSV"), Error: problem}
	m.Page.Path = "/users/import"
	return m
}

func (d *Door) importPage(r *http.Request, title string) view.Page {
	p := d.page(r)
	p.Title, p.Crumbs = title, []view.Link{{Text: "Users", Href: "/users"}}
	return p
}

// uploadPeople takes a file as it comes, never whole in memory, and leads to
// its columns. Nothing is imported yet.
func (d *Door) uploadPeople(w http.ResponseWriter, r *http.Request) error {
	part, err := firstFile(r)
	if err != nil {
		return d.refuse(w, r, view.ImportUploadPage(d.importUpload(r, vpp.MessageOf(err))))
	}
	i, err := d.Imports.Upload(r.Context(), actor(r), part.FileName(), part)
	if large := new(http.MaxBytesError); errors.As(err, &large) {
		return err
	}
	if vpp.KindOf(err) == vpp.Invalid || vpp.KindOf(err) == vpp.Unavailable {
		return d.refuse(w, r, view.ImportUploadPage(d.importUpload(r, vpp.MessageOf(err))))
	}
	if err != nil {
		return err
	}
	return d.seeOther(w, r, importPath(i.ID, "columns"))
}

// firstFile finds the file in a form.
func firstFile(r *http.Request) (*multipart.Part, error) {
	none := fault(vpp.Invalid, "file", "Choose a CSV file first.")
	form, err := r.MultipartReader()
	if err != nil {
		return nil, none
	}
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			return nil, none
		}
		if err != nil {
			return nil, vpp.Wrap(vpp.Invalid, err, "The file did not arrive whole: send it again.")
		}
		if part.FormName() == "file" && part.FileName() != "" {
			return part, nil
		}
	}
}

func importOf(r *http.Request) vpp.ImportID { return vpp.ImportID(r.PathValue("import")) }

func importPath(id vpp.ImportID, step string) string {
	return "/users/import/" + url.PathEscape(string(id)) + "/" + step
}
