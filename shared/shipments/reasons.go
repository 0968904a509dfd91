package shipments

import "backroom/shared/issue"

// Why a shipment is not in Shopify as it was posted. The text of a reason is stored:
// it is never renamed.
const (
	OrderNotImported issue.Reason = "shipment-order-not-imported"
	OrderUnlinked    issue.Reason = "shipment-order-without-document"
	OrderGone        issue.Reason = "shipment-order-gone"
	OrderCancelled   issue.Reason = "shipment-order-cancelled"
	OrderUnreadable  issue.Reason = "shipment-order-unreadable"
	LineUnknown      issue.Reason = "shipment-line-unknown"
	LineReplaced     issue.Reason = "shipment-line-replaced"
	PartOfUnit       issue.Reason = "shipment-part-of-unit"
	UndoUnclear      issue.Reason = "shipment-undo-unclear"
	TooMuch          issue.Reason = "shipment-too-much"
	OnHold           issue.Reason = "shipment-on-hold"
	Scheduled        issue.Reason = "shipment-scheduled"
	AtService        issue.Reason = "shipment-at-service"
	PickupSilent     issue.Reason = "shipment-pickup-silent"
	PickupPartial    issue.Reason = "shipment-pickup-partial"
	CancelledByHand  issue.Reason = "shipment-cancelled-by-hand"
	UndoneByHand     issue.Reason = "shipment-undone-fulfilled-by-hand"
	UndoneReady      issue.Reason = "shipment-undone-ready-for-pickup"
	Refused          issue.Reason = "shipment-refused"
	Unsettled        issue.Reason = "shipment-unsettled"
)

// Reasons explains what this package says of shipments.
var Reasons = issue.Written(english, french, OrderUnreadable, Unsettled)
