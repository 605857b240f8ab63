using System.Management.Automation;
using System.Reflection;
using System.Runtime.Loader;
using MySqlRecovery.Model;

namespace MySqlRecovery;

/// <summary>
/// Loads the module's libraries, the files of bin/private, into a load context of their own, where other modules' versions
/// of them neither matter nor are replaced. The public types stay in the default context, where PowerShell looks for types.
/// </summary>
public sealed class ModuleLibraries : IModuleAssemblyInitializer, IModuleAssemblyCleanup
{
    private static readonly object Gate = new();
    private static int _imports;

    /// <summary>Called by PowerShell at each import, in every runspace of the process.</summary>
    public void OnImport()
    {
        lock (Gate)
        {
            if (_imports++ == 0)
                AssemblyLoadContext.Default.Resolving += Resolve;
        }
    }

    /// <summary>Called by PowerShell at each removal of the module.</summary>
    /// <param name="psModuleInfo">The module that is removed.</param>
    public void OnRemove(PSModuleInfo psModuleInfo)
    {
        lock (Gate)
        {
            if (--_imports == 0)
                AssemblyLoadContext.Default.Resolving -= Resolve;
        }
    }

    private static Assembly? Resolve(AssemblyLoadContext context, AssemblyName name) => PrivateContext.Instance.Serve(name);

    private sealed class PrivateContext() : AssemblyLoadContext("MySqlRecovery")
    {
        public static readonly PrivateContext Instance = new();

        private static readonly string Folder = Path.Combine(Path.GetDirectoryName(typeof(ModuleLibraries).Assembly.Location)!, "private");

        // What the module's assemblies of the default context refer to by these very names; other modules' requests, say for
        // a MySqlConnector, all of whose versions 2.x have the same name, are not for this context.
        private static readonly HashSet<string> Served =
        [
            .. from assembly in new[] { typeof(ModuleLibraries).Assembly, typeof(RecoveryException).Assembly }
               from reference in assembly.GetReferencedAssemblies()
               where File.Exists(PathOf(reference))
               select reference.FullName,
        ];

        public Assembly? Serve(AssemblyName name) => Served.Contains(name.FullName) ? LoadFromAssemblyPath(PathOf(name)) : null;

        // What the libraries ask for; the framework and the public types are the default context's.
        protected override Assembly? Load(AssemblyName name) => File.Exists(PathOf(name)) ? LoadFromAssemblyPath(PathOf(name)) : null;

        private static string PathOf(AssemblyName name) => Path.Combine(Folder, name.Name + ".dll");
    }
}
