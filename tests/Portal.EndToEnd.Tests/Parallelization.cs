using Portal.EndToEnd.Tests;
using Xunit;

// A browser, two visitors, a portal and the learners' tools take two cores already.
[assembly: CollectionBehavior(CollectionBehavior.CollectionPerAssembly)]

// One browser serves all: each visitor has a profile of their own.
[assembly: AssemblyFixture(typeof(Browser))]
