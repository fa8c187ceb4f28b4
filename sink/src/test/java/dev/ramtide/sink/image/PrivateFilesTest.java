package dev.ramtide.sink.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
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

  /** Put in place after the channel was opened, and before the file is once more, by its name. */
  @Test
  void aLinkThatComesBetweenIsNotFollowedEither() throws IOException {
    Path outside = Files.writeString(directory.resolve("outside"), "precious");
    Path link = Files.createSymbolicLink(directory.resolve("ram.img"), outside);
    String said = link + " is a symbolic link to " + outside;
    assertThatThrownBy(() -> LinuxFile.open(link).close())
        .isInstanceOf(IOException.class)
        .hasMessageContaining(said);
    for (int access : new int[] {Descriptor.READ, Descriptor.WRITE}) {
      assertThatThrownBy(() -> Descriptor.close(Descriptor.open(link, access)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining(said);
    }
    assertThatThrownBy(() -> FileClone.copy(link, directory.resolve("copy")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(said);
  }

  @Test
  void aDirectoryThatIsOpenToOthersIsKnown() throws IOException {
    for (String open : List.of("rwxr-xr-x", "rwxrwx---", "rwx--x--x", "rwxrwxrwx")) {
      Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString(open));
      assertThat(PrivateFiles.openToOthers(directory)).contains(open);
    }
    Path inner = Files.createDirectory(directory.resolve("inner"));
    Files.setPosixFilePermissions(inner, PosixFilePermissions.fromString("rwxr-xr-x"));
    assertThat(PrivateFiles.openToOthers(inner)).isPresent();
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
    assertThat(PrivateFiles.openToOthers(inner)).as("behind a closed door").isEmpty();
    for (String closed : List.of("rwx------", "rwxr-x---")) {
      Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString(closed));
      assertThat(PrivateFiles.openToOthers(directory)).isEmpty();
    }
  }
}
