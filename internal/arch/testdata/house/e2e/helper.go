package e2e // breaks: package e2e holds production code; package e2e has no package comment that begins with a sentence
