package appsandbooks_test

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/rsvpp/rsvpp/appsandbooks"
)

const tokenJSON = `{"token":"aW52ZW50ZWQtdG9rZW4tZm9yLXRlc3Rz","expDate":"2031-02-03T04:05:06+0000","orgName":"ORG12345"}`

func encode(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

func utf16File(s string, order binary.AppendByteOrder) string {
	var b []byte
	for _, u := range utf16.Encode([]rune("\ufeff" + s)) {
		b = order.AppendUint16(b, u)
	}
	return string(b)
}

func TestTokenFilesThatAreGood(t *testing.T) {
	plain := encode(tokenJSON)
	west := encode(strings.Replace(tokenJSON, "04:05:06+0000", "04:05:06-0700", 1))
	colon := encode(strings.Replace(tokenJSON, "+0000", "Z", 1))
	airy := encode(strings.ReplaceAll(tokenJSON, ",", ",\n  "))
	url := base64.URLEncoding.EncodeToString([]byte(strings.Replace(tokenJSON, "ORG12345", "???>>>~~~ü", 1)))
	noon := time.Date(2031, 2, 3, 4, 5, 6, 0, time.UTC)
	for _, tc := range []struct {
		name, file, bearer string
		expires            time.Time
	}{
		{"as downloaded", plain, plain, noon},
		{"line end", plain + "\r\n", plain, noon},
		{"UTF-8 mark", "\ufeff" + plain + "\n", plain, noon},
		{"UTF-16", utf16File(plain, binary.LittleEndian), plain, noon},
		{"UTF-16 the other way", utf16File(plain+"\r\n", binary.BigEndian), plain, noon},
		{"wrapped", plain[:40] + "\n" + plain[40:] + "\n", plain, noon},
		{"without padding", strings.TrimRight(plain, "="), strings.TrimRight(plain, "="), noon},
		{"offset without colon", west, west, noon.Add(7 * time.Hour)},
		{"RFC 3339", colon, colon, noon},
		{"white space inside", airy, airy, noon},
		{"the other alphabet", url, url, noon},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := appsandbooks.ParseContentToken([]byte(tc.file))
			if err != nil {
				t.Fatal(err)
			}
			if got.Bearer.Reveal() != tc.bearer || !got.ExpirationDate.Equal(tc.expires) || got.OrgName == "" {
				t.Errorf("%q, %v, %q", got.Bearer.Reveal(), got.ExpirationDate, got.OrgName)
			}
			if got.Expired(tc.expires.Add(-time.Second)) || !got.Expired(tc.expires) {
				t.Error("expired at the wrong time")
			}
		})
	}
}

func TestTokenFilesThatAreNot(t *testing.T) {
	plain := encode(tokenJSON)
	for _, tc := range []struct {
		name, file string
		want       appsandbooks.TokenProblem
		says       string
	}{
		{"empty", "", appsandbooks.TokenEmpty, ""},
		{"blank", "\ufeff \r\n", appsandbooks.TokenEmpty, ""},
		{"half", plain[:len(plain)/2], appsandbooks.TokenTruncated, ""},
		{"one letter less", plain[:61], appsandbooks.TokenTruncated, ""},
		{"two letters less", plain[:62], appsandbooks.TokenTruncated, ""},
		{"a hole", plain[:20] + "!!" + plain[22:], appsandbooks.TokenDamaged, ""},
		{"a letter too many", strings.TrimRight(encode(tokenJSON+"  "), "=") + "A", appsandbooks.TokenDamaged, ""},
		{"JSON broken", encode(`{"token":"x",,"expDate":"y"}`), appsandbooks.TokenDamaged, ""},
		{"text behind", encode(tokenJSON + "x"), appsandbooks.TokenDamaged, ""},
		{"twice", encode(plain), appsandbooks.TokenTwiceEncoded, ""},
		{"twice, wrapped", encode(plain[:50] + "\n" + plain[50:]), appsandbooks.TokenTwiceEncoded, ""},
		{"decoded", tokenJSON, appsandbooks.TokenDecoded, ""},
		{"no orgName", encode(`{"token":"x","expDate":"2031-02-03T04:05:06+0000"}`), appsandbooks.TokenIncomplete, ""},
		{"no date", encode(`{"token":"x","expDate":"soon","orgName":"o"}`), appsandbooks.TokenBadDate, ""},
		{"other JSON in base64", encode(`{"hello":"world"}`), appsandbooks.TokenForeign, "something else"},
		{"other JSON", `{"hello":"world"}`, appsandbooks.TokenForeign, "JSON"},
		{"PEM", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n", appsandbooks.TokenForeign, "PEM"},
		{"p7m", "Content-Type: application/pkcs7-mime; name=\"smime.p7m\"; smime-type=enveloped-data\n\nMIAG", appsandbooks.TokenForeign, "automated device enrollment"},
		{"DER", "0\x82\x03\x01\x00", appsandbooks.TokenForeign, "DER"},
		{"ZIP", "PK\x03\x04\x00\x00", appsandbooks.TokenForeign, "ZIP"},
		{"PDF", "%PDF-1.7", appsandbooks.TokenForeign, "PDF"},
		{"profile", `<?xml version="1.0"?><plist version="1.0"/>`, appsandbooks.TokenForeign, "profile"},
		{"HTML", "<!doctype html><title>Sign in</title>", appsandbooks.TokenForeign, "web page"},
		{"binary", "\x00\x01\x02", appsandbooks.TokenForeign, "binary"},
		{"words", "please find the token attached", appsandbooks.TokenForeign, ""},
		{"large", strings.Repeat("A", 1<<20), appsandbooks.TokenForeign, "large"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := appsandbooks.ParseContentToken([]byte(tc.file))
			e, ok := errors.AsType[*appsandbooks.TokenError](err)
			if !ok || e.Problem != tc.want || !strings.Contains(e.Message, tc.says) {
				t.Fatalf("got %v (%#v), want %s %q", err, e, tc.want, tc.says)
			}
			if got.Bearer != "" {
				t.Error("a bearer comes with the error")
			}
		})
	}
}

func FuzzParseContentToken(f *testing.F) {
	plain := encode(tokenJSON)
	for _, s := range []string{plain, plain[:50], encode(plain), tokenJSON, "\ufeff" + plain, utf16File(plain, binary.LittleEndian), "-----BEGIN", "", "{", encode("{}")} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		got, err := appsandbooks.ParseContentToken(file)
		if err != nil {
			if _, ok := errors.AsType[*appsandbooks.TokenError](err); !ok {
				t.Fatalf("an error of another type: %v", err)
			}
			return
		}
		// What is good is good again, and fit for a header.
		again, err := appsandbooks.ParseContentToken([]byte(got.Bearer.Reveal()))
		if err != nil || again != got {
			t.Fatalf("not the same again: %v", err)
		}
		if _, err := appsandbooks.New(appsandbooks.Config{Token: got.Bearer}); err != nil {
			t.Fatal(err)
		}
	})
}
