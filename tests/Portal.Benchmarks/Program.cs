// Measurements of the sandbox, run by hand: dotnet run -c Release --project tests/Portal.Benchmarks [clusters]
using System.Diagnostics;
using Portal.Benchmarks;
using Portal.Sandbox;

var clusters = args.Length > 0 ? int.Parse(args[0]) : 100;
await using var server = await SandboxServer.StartAsync(new SandboxOptions { PodStartDelay = TimeSpan.Zero, ConfigPushDelay = TimeSpan.Zero }, CancellationToken.None);

var watch = Stopwatch.StartNew();
_ = server.GetOrCreate("first").Kubeconfig;
Console.WriteLine($"first cluster ready: {watch.Elapsed.TotalMilliseconds:0.0} ms");
watch.Restart();
_ = server.GetOrCreate("second").Kubeconfig;
Console.WriteLine($"next cluster ready: {watch.Elapsed.TotalMilliseconds:0.0} ms");

var application = new Application(server);
watch.Restart();
await application.InstallAsync("warm", CancellationToken.None);
Console.WriteLine($"Istio and Bookinfo, no start-up delay: {watch.Elapsed.TotalMilliseconds:0} ms (first), {application.Pods} pods ready");

var (heap, resident) = Memory.Measure();
watch.Restart();
for (var i = 0; i < clusters; i++) await application.InstallAsync($"m{i}", CancellationToken.None);
Console.WriteLine($"{clusters} clusters with Istio and Bookinfo: {watch.Elapsed.TotalMilliseconds / clusters:0} ms each");
var (heapAfter, residentAfter) = Memory.Measure();
Console.WriteLine($"memory per cluster, idle: {(heapAfter - heap) / 1024 / clusters} KiB live heap, {(residentAfter - resident) / 1024 / clusters} KiB resident");
