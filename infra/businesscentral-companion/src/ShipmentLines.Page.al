page 50101 "BKR Shipment Lines"
{
    PageType = API;
    APIPublisher = 'backroom';
    APIGroup = 'shopify';
    APIVersion = 'v1.0';
    EntityName = 'shipmentLine';
    EntitySetName = 'shipmentLines';
    SourceTable = "Sales Shipment Line";
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
                field(documentId; DocumentId) { }
                field(orderNumber; Rec."Order No.") { }
                field(orderLineNumber; Rec."Order Line No.") { }
                field(type; TypeText) { }
                field(itemNumber; ItemNumber) { }
                field(variantCode; Rec."Variant Code") { }
                field(locationCode; Rec."Location Code") { }
                field(quantity; Rec.Quantity) { }
                field(packageTrackingNumber; TrackingNumber) { }
                field(lastModifiedDateTime; Rec.SystemModifiedAt) { }
            }
        }
    }

    var
        DocumentId: Guid;
        TypeText: Text[30];
        ItemNumber: Code[20];
        TrackingNumber: Text[50];

    trigger OnAfterGetRecord()
    var
        Header: Record "Sales Shipment Header";
    begin
        Clear(DocumentId);
        Clear(ItemNumber);
        // A line has no parcel of its own in the base application.
        Clear(TrackingNumber);
        if Header.Get(Rec."Document No.") then
            DocumentId := Header.SystemId;
        TypeText := Format(Rec.Type);
        if Rec.Type = Rec.Type::Item then
            ItemNumber := Rec."No.";
    end;
}
