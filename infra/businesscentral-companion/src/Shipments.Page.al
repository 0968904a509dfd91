page 50100 "BKR Shipments"
{
    PageType = API;
    APIPublisher = 'backroom';
    APIGroup = 'shopify';
    APIVersion = 'v1.0';
    EntityName = 'shipment';
    EntitySetName = 'shipments';
    SourceTable = "Sales Shipment Header";
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
                field(orderNumber; Rec."Order No.") { }
                field(externalDocumentNumber; Rec."External Document No.") { }
                field(postingDate; Rec."Posting Date") { }
                field(packageTrackingNumber; Rec."Package Tracking No.") { }
                field(shippingAgentCode; Rec."Shipping Agent Code") { }
                field(shippingAgentServiceCode; Rec."Shipping Agent Service Code") { }
                field(shippingAgentName; AgentName) { }
                field(trackingUrl; TrackingUrl) { }
                field(locationCode; Rec."Location Code") { }
                field(lastModifiedDateTime; Rec.SystemModifiedAt) { }
            }
        }
    }

    var
        AgentName: Text[50];
        TrackingUrl: Text[250];

    trigger OnAfterGetRecord()
    var
        Agent: Record "Shipping Agent";
    begin
        Clear(AgentName);
        Clear(TrackingUrl);
        if not Agent.Get(Rec."Shipping Agent Code") then
            exit;
        AgentName := Agent.Name;
        if Rec."Package Tracking No." <> '' then
            TrackingUrl := CopyStr(Agent.GetTrackingInternetAddr(Rec."Package Tracking No."), 1, MaxStrLen(TrackingUrl));
    end;
}
