package appsandbooks

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"time"
)

// largestToken is far more than Apple's few hundred bytes.
const largestToken = 64 << 10

// ContentToken is what a token file (.vpptoken) says.
// https://developer.apple.com/documentation/devicemanagement/getting-started-with-the-management-api
type ContentToken struct {
	Bearer         Secret    // the whole outer text: Config.Token
	ExpirationDate time.Time // UTC
	OrgName        string    // an opaque code; the unit's name is in ClientConfig
}

// Expired tells whether the token's time is over. Apple may refuse it earlier.
func (t ContentToken) Expired(now time.Time) bool { return !now.Before(t.ExpirationDate) }

// TokenProblem sorts what can be wrong with a token file.
type TokenProblem string

// What can be wrong with a token file.
const (
	TokenEmpty        TokenProblem = "empty"
	TokenTruncated    TokenProblem = "truncated"     // the end is missing
	TokenDamaged      TokenProblem = "damaged"       // looks like one, cannot be read
	TokenTwiceEncoded TokenProblem = "twice_encoded" // base64 around base64
	TokenDecoded      TokenProblem = "decoded"       // the JSON inside, without its base64
	TokenIncomplete   TokenProblem = "incomplete"    // token, expDate or orgName is missing
	TokenBadDate      TokenProblem = "bad_date"      // expDate is no date
	TokenForeign      TokenProblem = "foreign"       // another kind of file
)

// TokenError says what is wrong with a token file and what to do. It quotes
// none of it.
type TokenError struct {
	Problem TokenProblem
	Message string
}

// Error is the message.
func (e *TokenError) Error() string { return e.Message }

const downloadAgain = " Download it again from Apple Business Manager or Apple School Manager and use the file as it is."

// ParseContentToken reads a token file as it was downloaded: byte order marks
// (UTF-8 and UTF-16) and white space, line breaks within included, do no
// harm. Every error is a *TokenError. An expired token is none: see Expired.
func ParseContentToken(file []byte) (ContentToken, error) {
	if len(file) > largestToken {
		return ContentToken{}, foreign("it is far too large")
	}
	text := strings.Join(strings.Fields(plainText(file)), "")
	if text == "" {
		return ContentToken{}, &TokenError{TokenEmpty, "The content token is empty." + downloadAgain}
	}
	if kind := foreignKind(plainText(file)); kind != "" {
		return ContentToken{}, foreign(kind)
	}
	if text[0] == '{' {
		return ContentToken{}, decodedOrForeign(text)
	}
	inner, whole := decodeBase64(text)
	if !bytes.HasPrefix(bytes.TrimSpace(inner), []byte("{")) {
		return ContentToken{}, noObject(inner)
	}
	if strings.ContainsFunc(strings.TrimRight(text, "="), notBase64) {
		return ContentToken{}, damaged()
	}
	t, err := readToken(inner, whole)
	t.Bearer = Secret(text)
	if err != nil {
		return ContentToken{}, err
	}
	return t, nil
}

// readToken reads the JSON inside. Whole tells that the base64 was without fault.
func readToken(inner []byte, whole bool) (ContentToken, error) {
	var f struct {
		Token   string `json:"token"`
		ExpDate string `json:"expDate"`
		OrgName string `json:"orgName"`
	}
	dec := json.NewDecoder(bytes.NewReader(inner))
	err := dec.Decode(&f)
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return ContentToken{}, &TokenError{TokenTruncated, "The content token is cut off: its end is missing." + downloadAgain}
	case err != nil || !whole || len(bytes.TrimSpace(inner[dec.InputOffset():])) > 0:
		return ContentToken{}, damaged()
	case f.Token == "" && f.ExpDate == "" && f.OrgName == "":
		return ContentToken{}, foreign("it holds something else")
	case f.Token == "" || f.ExpDate == "" || f.OrgName == "":
		return ContentToken{}, &TokenError{TokenIncomplete, "The content token lacks its token, expDate or orgName." + downloadAgain}
	}
	expires, err := parseDate(f.ExpDate)
	if err != nil {
		return ContentToken{}, &TokenError{TokenBadDate, "The content token's expiry date cannot be read." + downloadAgain}
	}
	return ContentToken{ExpirationDate: expires, OrgName: f.OrgName}, nil
}

// decodeBase64 decodes as much as can be; whole tells that it was all. The
// standard alphabet is Apple's, the other one that of some tools.
func decodeBase64(text string) (decoded []byte, whole bool) {
	enc := base64.RawStdEncoding
	if strings.ContainsAny(text, "-_") {
		enc = base64.RawURLEncoding
	}
	text = strings.TrimRight(text, "=")
	decoded = make([]byte, enc.DecodedLen(len(text)))
	n, err := enc.Decode(decoded, []byte(text))
	if err == nil {
		return decoded[:n], true
	}
	// A lone last letter is what cutting off leaves.
	if m, again := enc.Decode(decoded, []byte(text[:len(text)/4*4])); again == nil {
		return decoded[:m], false
	}
	return decoded[:n], false
}

func notBase64(r rune) bool {
	return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("+/-_", r))
}

func damaged() *TokenError {
	return &TokenError{TokenDamaged, "The content token is damaged and cannot be read." + downloadAgain}
}

// noObject tells what base64 without a JSON object inside is.
func noObject(inner []byte) error {
	if again, _ := decodeBase64(strings.Join(strings.Fields(string(inner)), "")); bytes.HasPrefix(bytes.TrimSpace(again), []byte("{")) {
		return &TokenError{TokenTwiceEncoded, "The content token was base64-encoded a second time." + downloadAgain}
	}
	return foreign("it does not look like one")
}

// decodedOrForeign tells a token without its base64 from other JSON.
func decodedOrForeign(text string) error {
	if strings.Contains(text, `"token"`) && strings.Contains(text, `"expDate"`) {
		return &TokenError{TokenDecoded, "The content token was decoded already; Apple wants the text around it." + downloadAgain}
	}
	return foreign("it is JSON")
}
