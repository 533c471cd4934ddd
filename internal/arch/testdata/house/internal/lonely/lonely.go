// Package lonely is not in the plan.
package lonely // breaks: package internal/lonely has no place in the house
