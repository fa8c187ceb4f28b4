package dev.ramtide.encryption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeyFileTest {
  private static final String KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
  private static final byte[] CONTEXT = "context".getBytes(StandardCharsets.UTF_8);

  @TempDir private Path directory;

  private KeyFile keys(String text, String permissions) throws IOException {
    Path file = directory.resolve("keys");
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
    Properties properties = new Properties();
    properties.setProperty(KeyFile.FILE, file.toString());
    KeyFile keys = new KeyFile();
    keys.configure(properties);
    return keys;
  }

  @Test
  void aDataKeyComesBackForItsContextOnly() throws IOException {
    KeyFile keys = keys("current=a\nkey.a=" + KEY, "rw-------");
    byte[] dataKey = "0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.UTF_8);
    byte[] wrapped = keys.wrap("a", dataKey, CONTEXT);

    assertThat(keys.unwrap("a", wrapped, CONTEXT)).isEqualTo(dataKey);
    assertThat(keys.wrap("a", dataKey, CONTEXT)).isNotEqualTo(wrapped);
    assertThatThrownBy(() -> keys.unwrap("a", wrapped, new byte[0]))
        .isInstanceOf(NotAuthenticException.class);
    assertThatThrownBy(() -> keys.unwrap("a", new byte[59], CONTEXT))
        .isInstanceOf(NotAuthenticException.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "key.a=" + KEY + " | current=ID",
        "current=b | key 'b' is not in",
        "current=a%nkey.a=AAEC | not 32 bytes in Base64",
        "current=a%nkey.a=*secret* | not 32 bytes in Base64",
        "\\u00 | cannot be read as a properties file"
      })
  void whatIsWrongIsSaidAtTheStartAndNoKeyIsPrinted(String text, String said) {
    assertThatThrownBy(() -> keys(text.formatted(), "rw-------"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(said)
        .hasMessageContaining("keys")
        .message()
        .doesNotContain("AAEC", "secret");
  }

  @ParameterizedTest
  @ValueSource(strings = {"rw----r--", "rw-rw----", "rw-----w-"})
  void aFileThatOthersMayReadOrWriteIsRefused(String permissions) {
    assertThatThrownBy(() -> keys("current=a\nkey.a=" + KEY, permissions))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("chmod 600")
        .hasMessageContaining("defaultMode: 0400")
        .hasMessageContaining("fsGroup");
  }

  @Test
  void aFileThatIsNotThereIsNamed() {
    Properties properties = new Properties();
    properties.setProperty(KeyFile.FILE, directory.resolve("absent").toString());
    assertThatThrownBy(() -> new KeyFile().configure(properties))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("absent");
  }

  @Test
  void aMountedSecretThatItsGroupMayReadIsTaken() throws IOException {
    assertThat(keys("current=a\nkey.a=" + KEY, "r--r-----").currentKeyId()).isEqualTo("a");
  }

  @Test
  void aNewKeyIsUsedOnlyWhenThatIsSaid() throws IOException {
    Path file = directory.resolve("made");
    KeyFileWriter.add(file, "may");
    KeyFileWriter.add(file, "june");
    assertThat(Files.readString(file)).startsWith("current=may\n").contains("key.june=");
    KeyFileWriter.use(file, "june");
    assertThat(Files.readString(file)).startsWith("current=june\n").contains("key.may=");
    assertThatThrownBy(() -> KeyFileWriter.add(file, "may")).hasMessageContaining("never replaced");
    assertThatThrownBy(() -> KeyFileWriter.use(file, "july")).hasMessageContaining("--new july");
    assertThatThrownBy(() -> KeyFileWriter.add(file, "A B")).hasMessageContaining("no name");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
  }

  @Test
  void aFileKeepsItsModeItsLinkAndItsOwnLines() throws IOException {
    Path real = directory.resolve("real");
    Files.writeString(real, "# ours\ncurrent : a\nkey.a=" + KEY + "\n");
    Files.setPosixFilePermissions(real, PosixFilePermissions.fromString("r--r-----"));
    Path link = Files.createSymbolicLink(directory.resolve("link"), real);
    KeyFileWriter.add(link, "b");
    KeyFileWriter.use(link, "b");
    assertThat(link).isSymbolicLink();
    assertThat(Files.readString(real)).startsWith("current=b\n").contains("# ours", "key.a=");
    assertThat(Files.readString(real)).doesNotContain("current : a");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(real)))
        .isEqualTo("r--r-----");
  }

  @Test
  void aServiceThatDoesNotAnswerHasFailedAfterAWhile() {
    KeyService slow =
        new PatientKeyService(
            new KeyService() {
              @Override
              public void configure(Properties properties) {}

              @Override
              public String currentKeyId() {
                LockSupport.parkNanos(60_000_000_000L);
                return "late";
              }

              @Override
              public byte[] wrap(String keyId, byte[] dataKey, byte[] context) {
                return dataKey;
              }

              @Override
              public byte[] unwrap(String keyId, byte[] wrapped, byte[] context) {
                return wrapped;
              }
            },
            Duration.ofMillis(50));
    assertThatThrownBy(slow::currentKeyId)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("did not answer");
  }
}
