package shopify

import "backroom/infra/sim/shopify/data"

// staffObj is a staff member of the shop.
type staffObj struct{ m *data.Staff }

func (staffObj) typeName() string { return "StaffMember" }

func (o staffObj) field(_ *execution, name string, _ map[string]any) any {
	switch name {
	case "id":
		return gid("StaffMember", o.m.ID)
	case "name":
		return o.m.Name
	}
	return unresolved("StaffMember", name)
}
