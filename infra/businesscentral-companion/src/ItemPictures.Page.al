// The first picture of each item by the id of its medium, which is another one after each
// import: whoever knows the id needs not read the picture.
page 50112 "BKR Item Pictures"
{
    PageType = API;
    APIPublisher = 'backroom';
    APIGroup = 'shopify';
    APIVersion = 'v1.0';
    EntityName = 'itemPicture';
    EntitySetName = 'itemPictures';
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
                field(itemNumber; Rec."No.") { }
                field(pictureId; PictureId) { }
                field(lastModifiedDateTime; Rec.SystemModifiedAt) { }
            }
        }
    }

    trigger OnAfterGetRecord()
    begin
        Clear(PictureId);
        if Rec.Picture.Count() > 0 then
            PictureId := Rec.Picture.Item(1);
    end;

    var
        PictureId: Guid;
}
