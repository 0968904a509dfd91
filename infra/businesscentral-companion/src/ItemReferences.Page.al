page 50109 "BKR Item References"
{
    PageType = API;
    APIPublisher = 'backroom';
    APIGroup = 'shopify';
    APIVersion = 'v1.0';
    EntityName = 'itemReference';
    EntitySetName = 'itemReferences';
    SourceTable = "Item Reference";
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
                field(variantCode; Rec."Variant Code") { }
                field(unitOfMeasureCode; Rec."Unit of Measure") { }
                field(referenceType; ReferenceTypeText) { }
                field(referenceNumber; Rec."Reference No.") { }
                field(lastModifiedDateTime; Rec.SystemModifiedAt) { }
            }
        }
    }

    var
        ReferenceTypeText: Text[30];

    trigger OnAfterGetRecord()
    begin
        ReferenceTypeText := CopyStr(Rec."Reference Type".Names().Get(Rec."Reference Type".Ordinals().IndexOf(Rec."Reference Type".AsInteger())), 1, MaxStrLen(ReferenceTypeText));
    end;
}
