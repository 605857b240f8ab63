# Dot-sourced by tests that need a real MySQL or sshd: private servers on 127.0.0.1, killed and removed with the tests.

# The folder of the programs, installed by the suite: mysql, openssh or what else install.sh knows; $null where that cannot be.
function Get-ServerPrefix([string] $Flavour = 'mysql') {
    if (-not $IsLinux -or -not (Get-Command apt-get, bash -ErrorAction Ignore)) { return }
    $output = bash "$PSScriptRoot/../servers/install.sh" $Flavour 2>$null
    if ($LASTEXITCODE -eq 0) { @($output)[-1] }
}

# Runs a program under guard.sh, which ends it and removes the folder when its standard input is closed.
function Start-Guarded([string] $Folder, [string[]] $Command) {
    $start = [System.Diagnostics.ProcessStartInfo]::new('sh')
    $start.RedirectStandardInput = $true
    foreach ($argument in @("$PSScriptRoot/../servers/guard.sh", $Folder) + $Command) { $start.ArgumentList.Add($argument) }
    [System.Diagnostics.Process]::Start($start)
}

# A port that nobody listens on now. Somebody may until it is used.
function Get-FreePort {
    $listener = [System.Net.Sockets.TcpListener]::new([ipaddress]::Loopback, 0)
    $listener.Start()
    $listener.LocalEndpoint.Port
    $listener.Stop()
}

# A running server: its folder, its binary logs, and Bin, a folder with mysql, mysqldump and mysqlbinlog that talk to it. MySQL 5.6
# and 5.7 come without programs of their own: those of MariaDB, -Client, know how to log in there.
function Start-TestServer([string] $Prefix, [string[]] $Setting = @(), [string] $Client = $Prefix) {
    $folder = Join-Path ([System.IO.Path]::GetTempPath()) "mr-$([guid]::NewGuid().ToString('N').Substring(0, 12))"
    foreach ($name in 'binlog', 'tmp', 'files', 'bin') { $null = New-Item -ItemType Directory "$folder/$name" -Force }
    $port = Get-FreePort
    @(
        Get-Content "$Prefix/server.cnf"
        "datadir=$folder/data", "socket=$folder/mysql.sock", "pid-file=$folder/mysqld.pid", "log-error=$folder/error.log"
        "tmpdir=$folder/tmp", "secure-file-priv=$folder/files", "log-bin=$folder/binlog/binlog", "port=$port", "server-id=$port"
        'bind-address=127.0.0.1', 'skip-name-resolve', 'loose-mysqlx=OFF', 'performance-schema=OFF', 'character-set-server=utf8mb4'
        'loose-binlog-format=ROW', 'loose-binlog-row-metadata=FULL', 'loose-log-slave-updates=ON', 'loose-enforce-gtid-consistency=ON'
        'loose-gtid-mode=ON', 'sync-binlog=0', 'innodb-flush-log-at-trx-commit=0', 'innodb-flush-method=nosync',
        'innodb-buffer-pool-size=64M'
        'innodb-use-native-aio=OFF', 'loose-innodb-redo-log-capacity=64M', 'loose-innodb-log-file-size=32M'
        $Setting
    ) | Set-Content "$folder/my.cnf"
    $programs = @{}
    foreach ($name in 'mysqld', 'mysql', 'mysqldump', 'mysqlbinlog') {
        $from = $name -eq 'mysqld' ? $Prefix : $Client
        $mariaDb = $name -replace '^mysqld$', 'mariadbd' -replace '^mysqldump$', 'mariadb-dump' -replace '^mysqlbinlog$', 'mariadb-binlog' -replace '^mysql$', 'mariadb'
        $programs[$name] = (Test-Path "$from/bin/$name") ? "$from/bin/$name" : "$from/bin/$mariaDb"
    }

    if (Test-Path "$Prefix/template") {
        cp -a --reflink=auto "$Prefix/template" "$folder/data"
    }
    else {
        $null = New-Item -ItemType Directory "$folder/data"
        (Start-Guarded $folder "$Prefix/bin/mysqld", "--defaults-file=$folder/my.cnf", '--skip-log-bin', '--initialize-insecure').WaitForExit()
        Remove-Item "$folder/data/auto.cnf"
    }

    foreach ($name in 'mysql', 'mysqldump', 'mysqlbinlog') {
        $connection = $name -eq 'mysqlbinlog' ? '' : "--no-defaults --socket='$folder/mysql.sock' --user=root --default-character-set=utf8mb4"
        Set-Content "$folder/bin/$name" "#!/bin/sh`nexec '$($programs[$name])' $connection `"`$@`""
        chmod +x "$folder/bin/$name"
    }

    $server = [pscustomobject]@{
        Folder = $folder; Port = $port; Bin = "$folder/bin"; Log = "$folder/binlog/binlog.0*"; Data = "$folder/data"
        Program = $programs.mysqld; Process = $null
    }
    Resume-TestServer $server
    $server
}

# Starts it, for the first time or after Stop-TestServer -Keep, and waits until it answers.
function Resume-TestServer($Server) {
    $deadline = [datetime]::UtcNow.AddSeconds(300)
    for ($attempt = 1; ; $attempt++) {
        $Server.Process = Start-Guarded $Server.Folder $Server.Program, "--defaults-file=$($Server.Folder)/my.cnf"
        do {
            if ([datetime]::UtcNow -gt $deadline) { throw "The server did not answer in time: $(Get-Content "$($Server.Folder)/error.log" -Tail 20)" }
            Start-Sleep -Milliseconds 100
            & "$($Server.Bin)/mysql" -e 'DO 0' 2>$null
        } while ($LASTEXITCODE -ne 0 -and -not $Server.Process.HasExited)
        if (-not $Server.Process.HasExited) { return }
        $log = "$(Get-Content "$($Server.Folder)/error.log" -Tail 20 -ErrorAction Ignore)"
        if ($attempt -eq 3 -or $log -notmatch 'ddress already in use') { throw "The server did not start: $log" }
        # Another server was quicker to take the port.
        $Server.Port = Get-FreePort
        (Get-Content "$($Server.Folder)/my.cnf") -replace '^port=.*', "port=$($Server.Port)" | Set-Content "$($Server.Folder)/my.cnf"
    }
}

# Shuts it down cleanly and keeps its files, or kills it and removes them.
function Stop-TestServer($Server, [switch] $Keep) {
    if (-not $Server) { return }
    if ($Keep) { $Server.Process.StandardInput.WriteLine(); $Server.Process.StandardInput.Flush() }
    else { $Server.Process.StandardInput.Close() }
    if (-not $Server.Process.WaitForExit(300000)) { throw "The server in $($Server.Folder) did not end." }
    if (-not $Keep) { Remove-Item -Recurse -Force $Server.Folder -ErrorAction Ignore }
}

# Runs statements and gives the rows as arrays of text.
function Invoke-Sql($Server, [string] $Sql) {
    $lines = $Sql | & "$($Server.Bin)/mysql" --batch --skip-column-names
    if ($LASTEXITCODE -ne 0) { throw "The server refused: $Sql" }
    $lines
}

# Waits until a query says something; 5 minutes at most.
function Wait-Sql($Server, [string] $Sql, [string] $Pattern) {
    $deadline = [datetime]::UtcNow.AddMinutes(5)
    while (-not ((Invoke-Sql $Server $Sql) -match $Pattern)) {
        if ([datetime]::UtcNow -gt $deadline) { throw "The server does not come to say '$Pattern': $Sql" }
        Start-Sleep -Milliseconds 50
    }
}

# A running sshd that lets this user in with a key, and has PowerShell as a subsystem: its Port, its Key and its Folder.
function Start-TestSshd([string] $Prefix, [string] $Folder) {
    $user, $id = (id -un), (id -u)
    $null = New-Item -ItemType Directory $Folder
    chmod 700 $Folder
    foreach ($key in 'host', 'user') { & "$Prefix/bin/ssh-keygen" -q -t ed25519 -N '' -f "$Folder/$key" }
    # sshd wants a shell for its user and, run by root, a user of its own and this folder, which a service would have made.
    Set-Content "$Folder/passwd" "${user}:x:${id}:$(id -g)::${Folder}:/bin/sh`nsshd:x:65532:65534::/:/bin/false"
    Copy-Item /etc/group "$Folder/group"
    if ($id -eq 0) { $null = New-Item -ItemType Directory /run/sshd -Force }
    Set-Content "$Folder/powershell" "#!/bin/sh`nDOTNET_ROOT='$env:DOTNET_ROOT' exec '$PSHOME/pwsh' -sshs -NoLogo -NoProfile"
    chmod 700 "$Folder/powershell"
    $port = Get-FreePort
    @(
        "Port $port", 'ListenAddress 127.0.0.1', "HostKey $Folder/host", "AuthorizedKeysFile $Folder/user.pub", "PidFile $Folder/pid"
        'StrictModes no', 'UsePAM no', 'PasswordAuthentication no', 'PermitRootLogin yes', "Subsystem powershell $Folder/powershell"
    ) | Set-Content "$Folder/config"
    $environment = @{ NSS_WRAPPER_PASSWD = "$Folder/passwd"; NSS_WRAPPER_GROUP = "$Folder/group" }
    # -r: it does not start itself anew for each session, which would be without the libraries that belong to it.
    $process = Start-Process "$Prefix/bin/sshd" '-D', '-r', '-e', '-f', "$Folder/config" -PassThru -Environment $environment -RedirectStandardError "$Folder/log"
    foreach ($attempt in 1..600) {
        try { [System.Net.Sockets.TcpClient]::new('127.0.0.1', $port).Dispose(); break } catch { Start-Sleep -Milliseconds 100 }
    }
    [pscustomobject]@{ Process = $process; Port = $port; Key = "$Folder/user"; Folder = $Folder }
}
