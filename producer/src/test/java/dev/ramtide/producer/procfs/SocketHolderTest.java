package dev.ramtide.producer.procfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SocketHolderTest {
  private static final String HEADER = "Num       RefCount Protocol Flags    Type St Inode Path\n";
  private static final Path SOCKET = Path.of("/no-such-run/vm 1/qmp.sock");

  @TempDir Path directory;
  private FakeProc host;

  @BeforeEach
  void makeHost() throws IOException {
    host = new FakeProc(directory.resolve("host"));
  }

  @Test
  void thisProcessIsFoundBehindItsSocketByAnyOfItsNames() throws IOException {
    Path socket = directory.resolve("a b.sock");
    Path alias = Files.createSymbolicLink(directory.resolve("alias"), directory);
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(socket));
      try (SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(socket));
          SocketChannel accepted = server.accept()) {
        assertThat(client.isConnected() && accepted.isConnected()).isTrue();
        long own = ProcessHandle.current().pid();
        assertThat(SocketHolder.processOf(new LinuxProcFs(), socket)).isEqualTo(own);
        assertThat(SocketHolder.processOf(new LinuxProcFs(), alias.resolve("a b.sock")))
            .isEqualTo(own);
      }
    }
    assertThatThrownBy(() -> SocketHolder.processOf(new LinuxProcFs(), socket))
        .isInstanceOf(UnsuitableHostException.class)
        .hasMessageContaining("no socket");
  }

  @Test
  void aConnectionThatBearsThePathOrALongerOneIsNotTheListener() throws IOException {
    table(connected(5, SOCKET.toString()), listening(6, SOCKET + "x"), listening(7, "@" + SOCKET));
    holds(FakeProc.QEMU, "qemu-system-x86_64", 5, 6, 7);
    assertRefused("no socket");
  }

  @Test
  void ofTheManagerThatMadeTheSocketAndTheQemuThatItStartedItIsTheQemu() throws IOException {
    table(listening(5, SOCKET.toString()));
    holds(FakeProc.OWN, "libvirtd", 5);
    holds(FakeProc.QEMU, "qemu-kvm", 5);
    assertThat(find()).isEqualTo(FakeProc.QEMU);
  }

  @Test
  void twoQemusOnOnePathAreTooMany() throws IOException {
    table(listening(5, SOCKET.toString()), listening(6, SOCKET.toString()));
    holds(FakeProc.OWN, "qemu-system-x86_64", 5);
    holds(FakeProc.QEMU, "qemu-system-x86_64", 6);
    assertRefused("several processes");
  }

  @Test
  void aPathThatIsRelativeIsTakenFromWhereItsServerStands() throws IOException {
    table(listening(5, "vm 1/qmp.sock"), listening(6, "vm 1/qmp.sock"));
    holds(FakeProc.OWN, "qemu-system-x86_64", 5);
    host.link("proc/" + FakeProc.OWN + "/cwd", "/elsewhere");
    holds(FakeProc.QEMU, "qemu-system-x86_64", 6);
    host.link("proc/" + FakeProc.QEMU + "/cwd", "/no-such-run");
    assertThat(find()).isEqualTo(FakeProc.QEMU);
  }

  @Test
  void aListenerThatNobodyIsSeenToHoldIsRefused() throws IOException {
    table(listening(5, SOCKET.toString()));
    holds(FakeProc.QEMU, "qemu-system-x86_64", 6);
    assertRefused("nobody who listens there was found");
  }

  @Test
  void aLineBreakInTheNameOfAnotherSocketIsSkipped() throws IOException {
    table(listening(4, "/x\ny"), listening(5, SOCKET.toString()));
    holds(FakeProc.QEMU, "qemu-system-x86_64", 5);
    assertThat(find()).isEqualTo(FakeProc.QEMU);
  }

  private void assertRefused(String why) {
    assertThatThrownBy(this::find)
        .isInstanceOf(UnsuitableHostException.class)
        .hasMessageContaining(why);
  }

  private long find() throws IOException {
    return SocketHolder.processOf(host.procFs(), SOCKET);
  }

  private void table(String... lines) throws IOException {
    host.file("proc/net/unix", HEADER + String.join("", lines));
  }

  private static String listening(long inode, String path) {
    return "0000000000000000: 00000002 00000000 00010000 0001 01 " + inode + " " + path + "\n";
  }

  private static String connected(long inode, String path) {
    return "0000000000000000: 00000003 00000000 00000000 0001 03  " + inode + " " + path + "\n";
  }

  private void holds(long pid, String program, long... inodes) throws IOException {
    host.link("proc/" + pid + "/exe", "/usr/bin/" + program);
    for (long inode : inodes) {
      host.link("proc/" + pid + "/fd/" + inode, "socket:[" + inode + "]");
    }
  }
}
