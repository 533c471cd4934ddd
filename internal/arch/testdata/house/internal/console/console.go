package console // breaks: package internal/console has no package comment that begins with a sentence
