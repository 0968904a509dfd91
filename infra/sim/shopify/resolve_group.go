package shopify

import "backroom/infra/sim/shopify/data"

// groupObj is a bundle that lines are components of.
type groupObj struct{ g *data.Group }

func (groupObj) typeName() string { return "LineItemGroup" }

func (o groupObj) field(_ *execution, name string, _ map[string]any) any {
	switch name {
	case "id":
		return gid("LineItemGroup", o.g.ID)
	case "title":
		return o.g.Title
	case "quantity":
		return o.g.Quantity
	case "variantSku":
		return str(o.g.SKU)
	case "variantId":
		return gidOrNil("ProductVariant", o.g.Variant)
	case "productId":
		return gidOrNil("Product", o.g.Product)
	case "customAttributes":
		return []object{}
	}
	return unresolved("LineItemGroup", name)
}

func gidOrNil(typ string, id int64) any {
	if id == 0 {
		return nil
	}
	return gid(typ, id)
}
