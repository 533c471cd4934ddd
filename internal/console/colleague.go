package console

import "github.com/rsvpp/rsvpp/internal/gate"

func (d *Door) peopleRoutes() []gate.Route { return nil }
func (d *Door) importRoutes() []gate.Route { return nil }
func (d *Door) inviteRoutes() []gate.Route { return nil }
func (d *Door) vppRoutes() []gate.Route    { return nil }
