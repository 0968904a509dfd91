page 50103 "BKR Item Units"
{
    PageType = API;
    APIPublisher = 'backroom';
    APIGroup = 'shopify';
    APIVersion = 'v1.0';
    EntityName = 'itemUnit';
    EntitySetName = 'itemUnits';
    SourceTable = "Item Unit of Measure";
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
                field(itemNumber; Rec."Item No.") { }
                field(code; Rec.Code) { }
                field(qtyPerUnitOfMeasure; Rec."Qty. per Unit of Measure") { }
                field(lastModifiedDateTime; Rec.SystemModifiedAt) { }
            }
        }
    }
}
