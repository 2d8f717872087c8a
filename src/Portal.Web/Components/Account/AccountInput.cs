namespace Portal.Web.Components.Account;

/// <summary>What the forms of accounts send. A form has some of the fields; what is missing is empty.</summary>
public sealed class AccountInput
{
    public string Code { get; set; } = "";
    public string Name { get; set; } = "";
    public string UserName { get; set; } = "";
    public string Password { get; set; } = "";
}
