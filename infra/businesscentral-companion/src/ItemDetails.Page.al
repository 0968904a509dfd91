page 50114 "BKR Item Details"
{
    PageType = API;
    APIPublisher = 'backroom';
    APIGroup = 'shopify';
    APIVersion = 'v1.0';
    EntityName = 'itemDetail';
    EntitySetName = 'itemDetails';
    SourceTable = Item;
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
                field(number; Rec."No.") { }
                field(vendorName; VendorName) { }
                field(vendorItemNumber; Rec."Vendor Item No.") { }
                field(grossWeight; Rec."Gross Weight") { }
                field(tariffNumber; Rec."Tariff No.") { }
                field(originCode; OriginCode) { }
                field(salesBlocked; Rec."Sales Blocked") { }
                field(marketingText; MarketingText) { }
                field(lastModifiedDateTime; Rec.SystemModifiedAt) { }
            }
        }
    }

    var
        VendorName: Text[100];
        OriginCode: Code[2];
        MarketingText: Text;

    trigger OnAfterGetRecord()
    var
        Vendor: Record Vendor;
        Origin: Record "Country/Region";
        Texts: Codeunit "Entity Text";
    begin
        Clear(VendorName);
        Clear(OriginCode);
        if Vendor.Get(Rec."Vendor No.") then
            VendorName := Vendor.Name;
        if Origin.Get(Rec."Country/Region of Origin Code") then
            OriginCode := Origin."ISO Code";
        MarketingText := Texts.GetText(Database::Item, Rec.SystemId, Enum::"Entity Text Scenario"::"Marketing Text");
    end;
}
