package mail

import "strings"

const longestAnswer = 500

// answer is what a mail server said, made fit to be kept and shown.
type answer struct {
	code     int
	enhanced string
	line     string
}

// readAnswer takes a server's reply text apart. The text comes from strangers.
func readAnswer(code int, text string) answer {
	line := oneLine(text, longestAnswer)
	return answer{code: code, enhanced: enhancedCode(line), line: line}
}

// enhancedCode finds "5.1.1" at the beginning of a line (RFC 2034).
func enhancedCode(line string) string {
	word, _, _ := strings.Cut(line, " ")
	class, rest, found := strings.Cut(word, ".")
	subject, detail, more := strings.Cut(rest, ".")
	if !found || !more || !isClass(class) || !isShortNumber(subject) || !isShortNumber(detail) {
		return ""
	}
	return word
}

func isClass(digits string) bool { return digits == "2" || digits == "4" || digits == "5" }

func isShortNumber(digits string) bool {
	for i := range len(digits) {
		if digits[i] < '0' || digits[i] > '9' {
			return false
		}
	}
	return digits != "" && len(digits) <= 3
}
