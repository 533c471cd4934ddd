package roster

import (
	"context"
	"errors"
	"io"
	"path"
	"strings"
	"time"

	"github.com/rsvpp/rsvpp/internal/roster/sheet"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Bounds of an uploaded file.
const (
	largestFile = 256 << 20
	chunkSize   = 256 << 10
)

// KeepFiles is how long an uploaded file is kept.
const KeepFiles = 30 * 24 * time.Hour

// Import is an uploaded file and what its header tells.
type Import struct {
	vpp.Import
	Detection sheet.Detection // by the header alone; the mapping in use is Import.Mapping
	Usable    bool            // the mapping says who people are: it can be previewed and run
}

// Upload stores a CSV file and finds out what is in it: how it is written, its
// columns, how many people it has. A mapping that was made by hand for such a
// header before is used again. Nothing is imported yet.
func (s *Service) Upload(ctx context.Context, by vpp.Actor, filename string, r io.Reader) (Import, error) {
	return s.upload(ctx, by, vpp.Import{Filename: plainName(filename)}, r)
}

func (s *Service) upload(ctx context.Context, by vpp.Actor, i vpp.Import, r io.Reader) (Import, error) {
	i.ID, i.CreatedBy, i.CreatedAt = vpp.ImportID(s.ids()), by.Name, s.now()
	if err := s.store.BeginImport(ctx, i); err != nil {
		return Import{}, err
	}
	err := s.take(ctx, by, &i, r)
	if err != nil {
		// A file that cannot be used is not kept, even if the caller has gone.
		return Import{}, errors.Join(err, s.store.DropImport(context.WithoutCancel(ctx), i.ID))
	}
	return importOf(i), nil
}

func (s *Service) take(ctx context.Context, by vpp.Actor, i *vpp.Import, r io.Reader) error {
	if err := s.storeFile(ctx, i, r); err != nil {
		return err
	}
	if err := s.look(ctx, i); err != nil {
		return err
	}
	i.UploadedAt = s.now()
	return s.store.EndUpload(ctx, by, *i)
}

// storeFile keeps the file in pieces, so that no more than one is in memory.
func (s *Service) storeFile(ctx context.Context, i *vpp.Import, r io.Reader) error {
	for {
		piece := make([]byte, chunkSize) // not used again: the store may keep it
		n, err := io.ReadFull(r, piece)
		if i.Size += int64(n); i.Size > largestFile {
			return invalid("file", "The file is larger than %d MB: split it into several files.", largestFile>>20)
		}
		if n > 0 {
			if err := s.store.AddChunk(ctx, i.ID, i.Chunks, piece[:n]); err != nil {
				return err
			}
			i.Chunks++
		}
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			return nil
		case err != nil:
			if vpp.KindOf(err) != vpp.Internal { // such as the gate's "larger than allowed"
				return err
			}
			return vpp.Wrap(vpp.Unavailable, err, "The file broke off after %d bytes: send it again.", i.Size)
		}
	}
}

// look reads the whole file once: what is wrong with it as a file is said at
// the upload, and the number of people is known before the import.
func (s *Service) look(ctx context.Context, i *vpp.Import) error {
	r, err := s.open(ctx, *i)
	if err != nil {
		return err
	}
	i.Header, i.Fingerprint = r.Header(), r.Detected().Fingerprint
	if i.Adopt && columnOf(i.Header, clientColumns()) < 0 {
		return invalid("file", "The file has no column %s: without it nobody’s record at Apple is known. To bring people in without records, import the file under Users.", columnClient)
	}
	mapping, remembered, err := s.store.RememberedMapping(ctx, i.Fingerprint)
	if err != nil {
		return err
	}
	if i.Remembered = remembered && fields(mapping).Check(i.Header) == nil; !i.Remembered {
		mapping = columns(r.Detected().Mapping)
	}
	i.Mapping = mapping
	for range r.Rows(sheet.Mapping{sheet.Email: 0}) { // any column will do for counting
		i.Rows++
	}
	if err := r.Err(); err != nil {
		return err
	}
	i.Encoding, i.Delimiter = string(r.Dialect().Encoding), string(r.Dialect().Delimiter)
	return nil
}

func importOf(i vpp.Import) Import {
	return Import{i, sheet.Detect(i.Header), fields(i.Mapping).Check(i.Header) == nil}
}

// Import returns an uploaded file and how far its import has come.
func (s *Service) Import(ctx context.Context, id vpp.ImportID) (Import, error) {
	i, err := s.uploaded(ctx, id)
	if err != nil {
		return Import{}, err
	}
	return importOf(i), nil
}

func (s *Service) uploaded(ctx context.Context, id vpp.ImportID) (vpp.Import, error) {
	i, err := s.store.Import(ctx, id)
	if err == nil && i.UploadedAt.IsZero() {
		err = vpp.Errorf(vpp.Conflict, "The file is still being uploaded, or its upload broke off: upload it again.")
	}
	return i, err
}

// Remap says in which columns of a file our fields stand, and remembers it for
// files with the same header.
func (s *Service) Remap(ctx context.Context, id vpp.ImportID, m sheet.Mapping) (Import, error) {
	i, err := s.uploaded(ctx, id)
	if err != nil {
		return Import{}, err
	}
	if i.TaskID != "" {
		return Import{}, vpp.Errorf(vpp.Conflict, "This file is imported already: upload it again to read it with other columns.")
	}
	if err := m.Check(i.Header); err != nil {
		return Import{}, err
	}
	if err := s.store.Remap(ctx, id, columns(m)); err != nil {
		return Import{}, err
	}
	return s.Import(ctx, id)
}

// Forget forgets files that nobody needs any more: they are full of people.
func (s *Service) Forget(ctx context.Context) error {
	return s.store.ForgetImports(ctx, s.now().Add(-KeepFiles))
}

// plainName is the file's name without folders and control characters.
func plainName(name string) string {
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	name = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, strings.ToValidUTF8(name, ""))
	if name == "" || name == "." || name == "/" {
		return "people.csv"
	}
	if runes := []rune(name); len(runes) > 200 {
		name = string(runes[:200])
	}
	return name
}

// The ground names fields by plain strings, as the store keeps them.

func fields(m map[string]int) sheet.Mapping {
	to := make(sheet.Mapping, len(m))
	for f, c := range m {
		to[sheet.Field(f)] = c
	}
	return to
}

func columns(m sheet.Mapping) map[string]int {
	to := make(map[string]int, len(m))
	for f, c := range m {
		to[string(f)] = c
	}
	return to
}
