package main

import (
	"crypto/rand"
	"strings"
)

// newPassword makes a password that can be typed: four groups of four.
func newPassword() string {
	text := strings.ToLower(rand.Text())
	return text[:4] + "-" + text[4:8] + "-" + text[8:12] + "-" + text[12:16]
}
