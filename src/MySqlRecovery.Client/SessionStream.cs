using System.Net.Sockets;
using System.Reflection;
using MySqlConnector;
using MySqlRecovery.Client.Protocol;
using MySqlRecovery.Model;

namespace MySqlRecovery.Client;

/// <summary>
/// The stream under an open MySqlConnector connection, after TLS and authentication, for the commands that no ADO.NET
/// provider has (COM_BINLOG_DUMP), and with a guard in it for the others. It takes names from the inside of
/// MySqlConnector, the same from 1.0 to 2.6; the version is pinned, and a test finds out if one of them is gone.
/// </summary>
internal sealed class SessionStream
{
    private const BindingFlags Inside = BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public;
    private const string Serialization = "MySqlConnector.Protocol.Serialization.";

    private static readonly Lazy<Names> Known = new(() => new Names());

    private SessionStream(AnswerGuard guard, Socket socket, bool isTls)
    {
        Guard = guard;
        Socket = socket;
        IsTls = isTls;
    }

    /// <summary>Through which everything goes from now on.</summary>
    public AnswerGuard Guard { get; }

    /// <summary>Closing it ends whatever the connection is waiting for.</summary>
    public Socket Socket { get; }

    public bool IsTls { get; }

    /// <summary>Puts a guard under an open, idle connection.</summary>
    /// <exception cref="RecoveryException">ConnectorUnsupported: this is not the MySqlConnector that the module was made for.</exception>
    public static SessionStream Of(MySqlConnection connection, string server)
    {
        Names names = Known.Value;
        object session = names.Session.GetValue(connection)!;
        var tls = (Stream?)names.Tls.GetValue(session);
        var socket = (Socket)names.Socket.GetValue(session)!;
        var guard = new AnswerGuard(tls ?? (Stream)names.Plain.GetValue(session)!, socket, server);
        object handler = names.NewPayloads.Invoke([names.NewBytes.Invoke([guard])]);
        names.Payloads.SetValue(session, handler);
        return new SessionStream(guard, socket, tls != null);
    }

    /// <summary>Finds all names, or says which one is not there.</summary>
    public static void Check() => _ = Known.Value;

    private sealed class Names
    {
        public Names()
        {
            Session = Found(typeof(MySqlConnection).GetProperty("Session", Inside), "MySqlConnection.Session");
            Socket = Field("m_socket");
            Plain = Field("m_stream");
            Tls = Field("m_sslStream");
            Payloads = Field("m_payloadHandler");
            NewBytes = Constructor("StreamByteHandler");
            NewPayloads = Constructor("StandardPayloadHandler");
        }

        public PropertyInfo Session { get; }

        public FieldInfo Socket { get; }

        public FieldInfo Plain { get; }

        public FieldInfo Tls { get; }

        public FieldInfo Payloads { get; }

        public ConstructorInfo NewBytes { get; }

        public ConstructorInfo NewPayloads { get; }

        private FieldInfo Field(string name) => Found(Session.PropertyType.GetField(name, Inside), $"{Session.PropertyType.Name}.{name}");

        private static ConstructorInfo Constructor(string type) =>
            Found(typeof(MySqlConnection).Assembly.GetType(Serialization + type)?.GetConstructors(Inside) is [var one] ? one : null, type);

        private static T Found<T>(T? member, string name)
            where T : class => member ?? throw new RecoveryException(
                "ConnectorUnsupported", RecoveryErrorKind.NotSupported,
                $"MySqlConnector {typeof(MySqlConnection).Assembly.GetName().Version} has no {name}: it is not the version "
                    + "that comes with this module",
                recommendedAction: "Install the module again, with all files in its bin folder.");
    }
}
