tableextension 50100 "BKR Sales Header" extends "Sales Header"
{
    fields
    {
        field(50100; "BKR Shopify Order Id"; Text[30])
        {
            Caption = 'Shopify Order Id';
            DataClassification = CustomerContent;
        }
    }

    keys
    {
        // Not unique: only tables of an extension's own have unique keys.
        key(BKRShopifyOrder; "BKR Shopify Order Id") { }
    }
}
