using Xunit;

// A browser, two visitors, a portal and the learners' tools take two cores already.
[assembly: CollectionBehavior(CollectionBehavior.CollectionPerAssembly)]
