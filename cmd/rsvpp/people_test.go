package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestInventedPeople(t *testing.T) {
	shares := peopleShares{noAddress: 12, managed: 10, unusable: 4}
	people := inventPeople(20000, 7, shares)
	if diff := cmp.Diff(people, inventPeople(20000, 7, shares), cmp.AllowUnexported(inventedPerson{})); diff != "" {
		t.Fatal("the same seed makes others: ", diff)
	}
	seen := map[string]bool{}
	var without, managed, unusable int
	for _, q := range people {
		for _, key := range []string{q.externalID, q.userName, q.email} {
			if key != "" && seen[key] {
				t.Fatalf("%s twice", key)
			}
			seen[key] = true
		}
		if !isPlain(q.userName) || q.first == "" || q.last == "" || len(q.groups) == 0 {
			t.Fatalf("%+v", q)
		}
		if q.email != "" && !strings.HasSuffix(q.email, "@example.org") {
			t.Fatalf("%s may be somebody's", q.email)
		}
		switch {
		case q.email == "":
			without++
		case q.usable():
			managed++
		case q.managed != "":
			unusable++
		}
	}
	if without < 1300 || managed != 1500 || unusable != 500 {
		t.Errorf("%d without address, %d with a good Managed Apple Account, %d with a bad one", without, managed, unusable)
	}
	if cmp.Equal(people[:100], inventPeople(100, 8, shares), cmp.AllowUnexported(inventedPerson{})) {
		t.Error("another seed makes the same people")
	}
}

func isPlain(local string) bool {
	return strings.Trim(local, "abcdefghijklmnopqrstuvwxyz0123456789.") == "" && strings.Count(local, ".") == 1
}

// A rehearsal of any size has at least the first of each kind.
func TestInventedPeopleOfEachKind(t *testing.T) {
	var kinds [3]bool
	for _, q := range inventPeople(20, 1, peopleShares{noAddress: 12, managed: 10, unusable: 4}) {
		kinds[0] = kinds[0] || q.email == ""
		kinds[1] = kinds[1] || q.usable()
		kinds[2] = kinds[2] || q.managed != "" && !q.usable()
	}
	if kinds != [3]bool{true, true, true} {
		t.Error(kinds)
	}
	var file bytes.Buffer
	if err := writePeople(&file, inventPeople(2, 1, peopleShares{}), []string{"bad", "row"}); err != nil || strings.Count(file.String(), "\n") != 4 {
		t.Error(err, file.String())
	}
}
