// Package wrong names another package.
package queue // breaks: package internal/queue has no package comment that begins with a sentence
