// Package payments keeps the payouts of Shopify Payments, with the movements of the
// balance that each consists of.
//
// A payout is money that goes to the merchant's bank. Movements (charges, refunds,
// fees, disputes, reserves) belong to no payout while they are pending. What those of a
// payout come to is the payout's net, to the cent; until it is, the payout is not
// complete, and says by how much.
//
// A payout that is complete is posted to Business Central where the card says so: by a
// journal batch of its own, under a document number that is made of its id. What the
// ledger has under that number is never posted again: see next.
//
// Stored, under the shop:
//
//	SHOP#<shop>#PAYOUT            <id, 20 digits>   a payout, and what has become of it
//	SHOP#<shop>#BALANCE#<payout>  <id, 20 digits>   a movement; of PENDING those without payout
//	SHOP#<shop>                   CURSOR#payments   how far Shopify's lists were read
package payments
