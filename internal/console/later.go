package console

import "github.com/rsvpp/rsvpp/internal/gate"

func (d *Door) assetRoutes() []gate.Route    { return nil }
func (d *Door) entranceRoutes() []gate.Route { return nil }
func (d *Door) accountRoutes() []gate.Route  { return nil }
func (d *Door) startRoutes() []gate.Route    { return nil }
func (d *Door) locationRoutes() []gate.Route { return nil }
func (d *Door) mailRoutes() []gate.Route     { return nil }
func (d *Door) taskRoutes() []gate.Route     { return nil }
func (d *Door) historyRoutes() []gate.Route  { return nil }
func (d *Door) eventRoutes() []gate.Route    { return nil }
