page 50108 "BKR Sales Prices"
{
    PageType = API;
    APIPublisher = 'backroom';
    APIGroup = 'shopify';
    APIVersion = 'v1.0';
    EntityName = 'salesPrice';
    EntitySetName = 'salesPrices';
    SourceTable = "Price List Line";
    SourceTableView = where("Price Type" = const(Sale), Status = const(Active), "Asset Type" = const(Item));
    ODataKeyFields = SystemId;
    DelayedInsert = true;
    Editable = false;
    InsertAllowed = false;
    ModifyAllowed = false;
    DeleteAllowed = false;
    DataAccessIntent = ReadOnly;

    layout
    {
        area(Content)
        {
            repeater(Rows)
            {
                field(id; Rec.SystemId) { }
                field(sourceType; SourceTypeText) { }
                field(sourceNumber; Rec."Source No.") { }
                field(itemNumber; Rec."Asset No.") { }
                field(variantCode; Rec."Variant Code") { }
                field(unitOfMeasureCode; Rec."Unit of Measure Code") { }
                field(currencyCode; Rec."Currency Code") { }
                field(minimumQuantity; Rec."Minimum Quantity") { }
                field(startingDate; Rec."Starting Date") { }
                field(endingDate; Rec."Ending Date") { }
                field(unitPrice; Rec."Unit Price") { }
                field(priceIncludesTax; Rec."Price Includes VAT") { }
                field(lineDiscountPercent; Rec."Line Discount %") { }
                field(lastModifiedDateTime; Rec.SystemModifiedAt) { }
            }
        }
    }

    var
        SourceTypeText: Text[30];

    trigger OnAfterGetRecord()
    begin
        SourceTypeText := CopyStr(Rec."Source Type".Names().Get(Rec."Source Type".Ordinals().IndexOf(Rec."Source Type".AsInteger())), 1, MaxStrLen(SourceTypeText));
    end;
}
