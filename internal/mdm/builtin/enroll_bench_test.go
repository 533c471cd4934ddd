package builtin_test

import (
	"testing"

	"github.com/rsvpp/rsvpp/internal/mdm/mdmtest"
)

// BenchmarkEnroll is one device from the profile to the push token, both sides
// of the wire.
func BenchmarkEnroll(b *testing.B) {
	h := build(b, b.TempDir()+"/a.db")
	h.enroll(mdmtest.IPhone, "user-0001") // makes the authority
	for b.Loop() {
		h.enroll(mdmtest.IPhone, "user-0001")
	}
}

// BenchmarkIdle is a device that asks and gets nothing.
func BenchmarkIdle(b *testing.B) {
	h := build(b, b.TempDir()+"/a.db")
	d := h.enroll(mdmtest.IPhone, "user-0001")
	for b.Loop() {
		if err := d.Answer(b.Context(), nil); err != nil {
			b.Fatal(err)
		}
	}
}
