package api

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/rsvpp/rsvpp/internal/gate"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Problem is how every error of the API leaves.
// https://www.rfc-editor.org/rfc/rfc9457
type Problem struct {
	*gate.Problem
	Errors []Violation `json:"errors,omitempty" doc:"Each thing that is wrong with the request."`
}

// Violation is one thing that is wrong with a request. What was sent is not
// repeated: it may be a secret.
type Violation struct {
	Location string `json:"location" doc:"Where, like body.email or query.limit."`
	Message  string `json:"message" doc:"What is wrong there."`
}

// refuse turns a service's error into a problem.
func refuse(ctx context.Context, err error) error {
	if p := new(Problem); errors.As(err, &p) {
		return p
	}
	return &Problem{Problem: gate.ProblemOf(ctx, err)}
}

// invalid is a request that the door itself refuses.
func invalid(field, sentence string) error {
	return &vpp.Error{Kind: vpp.Invalid, Message: sentence, Field: field}
}

// reword gives the framework's errors our words and shape.
func reword(ctx huma.Context, _ string, v any) (any, error) {
	model, ours := v.(*huma.ErrorModel)
	if !ours {
		return v, nil
	}
	p := &Problem{}
	for _, d := range model.Errors {
		if d != nil {
			p.Errors = append(p.Errors, Violation{d.Location, d.Message})
		}
	}
	p.Problem = gate.ProblemOf(ctx.Context(), sentenceOf(model, p.Errors))
	p.Status, p.Title = model.Status, model.Title
	return p, nil
}

func sentenceOf(model *huma.ErrorModel, errs []Violation) error {
	kind := vpp.Invalid
	if model.Status >= 500 {
		kind = vpp.Internal
	}
	if len(errs) == 0 {
		return vpp.Errorf(kind, "The request cannot be taken: %s.", model.Detail)
	}
	// Where the framework knows no place it is the request as a whole.
	where := strings.TrimPrefix(errs[0].Location, "body.")
	if where == "" {
		where = "the request"
	}
	sentence := fmt.Sprintf("Something is wrong with %s: %s.", where, errs[0].Message)
	if more := len(errs) - 1; more > 0 {
		sentence += fmt.Sprintf(" And %d more, see errors.", more)
	}
	return &vpp.Error{Kind: kind, Message: sentence, Field: where}
}
