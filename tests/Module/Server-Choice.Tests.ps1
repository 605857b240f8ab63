BeforeAll {
    . $PSScriptRoot/Setup.ps1
    # The id of the one error that a command ends in or writes.
    function Get-ErrorId([scriptblock] $Command) {
        $recorded = Invoke-Recorded $Command
        $recorded.Errors.Count | Should -Be 1
        $recorded.Errors[0].FullyQualifiedErrorId.Split(',')[0]
    }
}

Describe 'What is asked of a server' {
    It 'is refused before any connection where it makes no sense' {
        Get-ErrorId { Get-BinlogEvent -Server nowhere.invalid -StartPosition 4 } | Should -Be 'PositionWithoutFile'
        Get-ErrorId { Get-BinlogEvent -Server nowhere.invalid -StopPosition 4 -StartFile binlog.000001 } | Should -Be 'PositionWithoutFile'
        Get-ErrorId { Get-RowChange -Server nowhere.invalid -StartFile binlog.000001 -StartGtid '' } | Should -Be 'InvalidParameters'
        Get-ErrorId { Measure-BinlogEvent -Server nowhere.invalid -Follow } | Should -Be 'InvalidParameters'
        Get-ErrorId { Invoke-BinlogReverse -Server nowhere.invalid, elsewhere.invalid -Destination "$TestDrive/undo" } | Should -Be 'ServerNotOne'
        Get-ErrorId { Export-RowChangeSql -Server nowhere.invalid, elsewhere.invalid -Reverse } | Should -Be 'ServerNotOne'
        Get-ErrorId { Get-BinlogEvent -Server 'host:99999' } | Should -Be 'ConnectionOptionInvalid'
        Get-ErrorId { Get-BinlogEvent -DefaultsFile "$TestDrive/none.cnf" } | Should -Be 'DefaultsFileInvalid'
    }

    It 'names the server that cannot be reached, and ends nothing' {
        $recorded = Invoke-Recorded { Get-BinlogEvent -Server nowhere.invalid, 127.0.0.1:1 }
        $recorded.Errors.CategoryInfo.Category | Should -Be 'ConnectionError', 'ConnectionError'
        $recorded.Errors.TargetObject | Sort-Object | Should -Be '127.0.0.1:1', 'nowhere.invalid:3306'
        $recorded.Errors.ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
    }

    It 'ends an undo where the server cannot be reached' {
        Get-ErrorId { Invoke-BinlogReverse -Server 127.0.0.1:1 -Destination "$TestDrive/undo" } | Should -Be 'ServerUnreachable'
        "$TestDrive/undo" | Should -Not -Exist
    }

    It 'is asked of an open connection only' {
        Add-Type -TypeDefinition @'
using System;
using System.Data;
using System.Data.Common;
public sealed class ClosedConnection : DbConnection
{
    public override string ConnectionString { get; set; }
    public override string Database => "";
    public override string DataSource => "db1";
    public override string ServerVersion => "";
    public override ConnectionState State => ConnectionState.Closed;
    public override void ChangeDatabase(string name) => throw new NotSupportedException();
    public override void Close() => throw new NotSupportedException();
    public override void Open() => throw new NotSupportedException();
    protected override DbTransaction BeginDbTransaction(IsolationLevel level) => throw new NotSupportedException();
    protected override DbCommand CreateDbCommand() => throw new NotSupportedException();
}
'@
        Get-ErrorId { Get-RowChange $Plain -Connection ([ClosedConnection]::new()) } | Should -Be 'ConnectionNotOpen'
    }

    It 'shows no password of a connection string' {
        $recorded = Invoke-Recorded { Get-BinlogEvent -Server 'Server=127.0.0.1;Port=1;User ID=u;Password=S3cret', 'Server=x;Nonsense=S3cret', 'Password=S3cret;;=' }
        $recorded.Errors.Count | Should -Be 3
        ($recorded.Errors | Select-Object * | Format-List -Force | Out-String) -replace '(?m)^.*Get-BinlogEvent -Server.*$' | Should -Not -Match 'S3cret'
    }
}
