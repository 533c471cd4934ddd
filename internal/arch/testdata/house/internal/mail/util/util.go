// Package util is named after nothing.
package util // breaks: package internal/mail/util is named after nothing
