page 50102 "BKR Order Extras"
{
    PageType = API;
    APIPublisher = 'backroom';
    APIGroup = 'shopify';
    APIVersion = 'v1.0';
    EntityName = 'orderExtra';
    EntitySetName = 'orderExtras';
    SourceTable = "Sales Header";
    SourceTableView = where("Document Type" = const(Order));
    ODataKeyFields = SystemId;
    DelayedInsert = true;
    InsertAllowed = false;
    DeleteAllowed = false;

    layout
    {
        area(Content)
        {
            repeater(Rows)
            {
                field(id; Rec.SystemId) { Editable = false; }
                field(number; Rec."No.") { Editable = false; }
                field(yourReference; Rec."Your Reference") { }
                field(paymentMethodCode; Rec."Payment Method Code") { }
                field(shippingAgentCode; Rec."Shipping Agent Code") { }
                field(shippingAgentServiceCode; Rec."Shipping Agent Service Code") { }
                field(taxAreaCode; Rec."Tax Area Code") { }
                field(taxLiable; Rec."Tax Liable") { }
                field(locationCode; Rec."Location Code") { }
                field(shopifyOrderId; Rec."BKR Shopify Order Id") { }
                field(lastModifiedDateTime; Rec.SystemModifiedAt) { Editable = false; }
            }
        }
    }
}
