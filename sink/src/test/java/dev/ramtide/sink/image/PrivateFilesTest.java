package dev.ramtide.sink.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrivateFilesTest {
  @TempDir private Path directory;

  private static String permissions(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  @Test
  void whatIsMadeIsItsOwners() throws IOException {
    PrivateFiles.createDirectories(directory.resolve("a/b"));
    PrivateFiles.create(directory.resolve("a/b/lock"));
    try (FileChannel file =
        PrivateFiles.open(
            directory.resolve("a/file"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      assertThat(file.size()).isZero();
    }
    assertThat(permissions(directory.resolve("a"))).isEqualTo("rwx------");
    assertThat(permissions(directory.resolve("a/b"))).isEqualTo("rwx------");
    assertThat(permissions(directory.resolve("a/b/lock"))).isEqualTo("rw-------");
    assertThat(permissions(directory.resolve("a/file"))).isEqualTo("rw-------");
  }

  @Test
  void nothingIsWrittenThroughALink() throws IOException {
    Path outside = Files.writeString(directory.resolve("outside"), "precious");
    Path link = Files.createSymbolicLink(directory.resolve("ram.img"), outside);
    assertThatThrownBy(() -> ChannelFile.open(link))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(link + " is a symbolic link to " + outside);
    Path dangling = Files.createSymbolicLink(directory.resolve("x"), directory.resolve("made"));
    assertThatThrownBy(() -> ChannelFile.open(dangling))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("symbolic link");
    assertThat(Files.readString(outside)).isEqualTo("precious");
    assertThat(directory.resolve("made")).doesNotExist();
  }

  @Test
  void aLinkIsNotFollowedByCallsOfLinuxEither() throws IOException {
    Path outside = Files.writeString(directory.resolve("outside"), "precious");
    Path link = Files.createSymbolicLink(directory.resolve("ram.img"), outside);
    String said = link + " is a symbolic link to " + outside;
    assertThatThrownBy(() -> LinuxFile.open(link).close())
        .isInstanceOf(IOException.class)
        .hasMessageContaining(said);
    assertThatThrownBy(() -> Descriptor.close(Descriptor.open(link, Descriptor.READ)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(said);
    assertThatThrownBy(() -> FileClone.copy(link, directory.resolve("copy")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(said);
  }

  /** Opened by its name a second time, pages would be in one file and their holes in another. */
  @Test
  void whatIsPutInAFilesPlaceGetsNothing() throws IOException {
    Path path = directory.resolve("ram.img");
    Path moved = directory.resolve("moved");
    LinuxFile linux = LinuxFile.open(path);
    Files.move(path, moved);
    Files.writeString(path, "another's");
    try (FileChannel channel = linux.channel(StandardOpenOption.WRITE).orElseThrow()) {
      channel.write(ByteBuffer.wrap(new byte[] {1, 2, 3}));
    } finally {
      linux.close();
    }
    assertThat(Files.size(moved)).isEqualTo(3);
    assertThat(permissions(moved)).isEqualTo("rw-------");
    assertThat(Files.readString(path)).isEqualTo("another's");
  }

  @Test
  void aDirectoryThatIsOpenToOthersIsKnown() throws IOException {
    for (String open : List.of("rwxr-xr-x", "rwxrwx---", "rwx--x--x", "rwxrwxrwx")) {
      assertThat(openBehind("rwxr-xr-x", open)).contains(open);
    }
    for (String closed : List.of("rwx------", "rwxr-x---")) {
      assertThat(openBehind("rwxr-xr-x", closed)).isEmpty();
    }
    assertThat(openBehind("rwx------", "rwxrwxrwx")).as("behind a closed door").isEmpty();
    assertThat(openBehind("rwxr-x---", "rwxr-xr-x")).as("the group may look").isEmpty();
    assertThat(openBehind("rwxr-x---", "rwxrwxr-x")).as("and not change it").isPresent();
  }

  /** Where the directory for temporary files is does not count. */
  private Optional<String> openBehind(String door, String permissions) throws IOException {
    Path inner = Files.createDirectories(directory.resolve("inner"));
    Files.setPosixFilePermissions(inner, PosixFilePermissions.fromString(permissions));
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString(door));
    return PrivateFiles.openToOthers(inner, directory);
  }

  @Test
  void whatAnotherMadeIsNotOurs() throws IOException {
    assertThat(PrivateFiles.isOurs(directory)).isTrue();
    Path others = Path.of("/proc/1");
    boolean root = Files.getOwner(directory).equals(Files.getOwner(others));
    assertThat(PrivateFiles.isOurs(others)).isEqualTo(root);
  }
}
