package dev.ramtide.encryption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ramtide.checkpoint.CheckpointHistory;
import dev.ramtide.checkpoint.CheckpointManifest;
import dev.ramtide.checkpoint.DeviceStateChunk;
import dev.ramtide.checkpoint.DirtyPages;
import dev.ramtide.checkpoint.EpochStarted;
import dev.ramtide.checkpoint.PageVersion;
import dev.ramtide.checkpoint.VmId;
import dev.ramtide.guest.PageKind;
import dev.ramtide.guest.PageRange;
import dev.ramtide.wire.EventCodec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EpochKeysTest {
  private static final VmId VM = new VmId("web");
  private static final Samples OURS = new Samples(0);
  private static final Samples OTHER = new Samples(1);

  @TempDir private Path directory;
  private final EventCodec codec = new EventCodec();
  private Path file = Path.of("");
  private EpochCipher cipher = EpochCipher.NONE;
  private EpochStarted started = OURS.started();
  private EpochKeys keys = new EpochKeys(VM, ReaderKeys.NONE);

  @BeforeEach
  void begin() throws IOException {
    file = directory.resolve("keys");
    write("current=k1\nkey.k1=" + key(1) + "\n");
    begin(false);
  }

  private void begin(boolean compressed) throws IOException {
    cipher = new EncryptedEpoch(VM, service(), compressed, new SecureRandom());
    started = (EpochStarted) throughTheLog(cipher.encrypt(OURS.started()));
    keys = reader(VM);
  }

  private dev.ramtide.checkpoint.CheckpointRecord throughTheLog(
      dev.ramtide.checkpoint.CheckpointRecord record) throws IOException {
    return codec.decodeCheckpoint(ByteBuffer.wrap(codec.encode(record)));
  }

  private DirtyPages throughTheLog(DirtyPages event) throws IOException {
    return codec.decodePages(ByteBuffer.wrap(codec.encode(event)));
  }

  private EpochKeys reader(VmId vm) throws IOException {
    return new EpochKeys(vm, new ReaderKeys(Optional.of(service()), false));
  }

  private KeyService service() throws IOException {
    Properties properties = new Properties();
    properties.setProperty(KeyFile.FILE, file.toString());
    KeyFile service = new KeyFile();
    service.configure(properties);
    return service;
  }

  private void write(String text) throws IOException {
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
  }

  private static String key(int fill) {
    byte[] bytes = new byte[KeyService.DATA_KEY_BYTES];
    java.util.Arrays.fill(bytes, (byte) fill);
    return Base64.getEncoder().encodeToString(bytes);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatIsEncryptedComesBack(boolean compressed) throws IOException {
    begin(compressed);
    DirtyPages pages = throughTheLog(cipher.encrypt(OURS.pages(0)));
    DeviceStateChunk chunk = (DeviceStateChunk) throughTheLog(cipher.encrypt(OURS.deviceState(0)));
    CheckpointManifest manifest =
        (CheckpointManifest) throughTheLog(cipher.encrypt(OURS.manifest()));

    assertThat(keys.decrypted(pages, started)).isEqualTo(OURS.pages(0));
    assertThat(keys.decrypted(chunk, started)).isEqualTo(OURS.deviceState(0));
    assertThat(keys.decrypted(manifest, started)).isEqualTo(OURS.manifest());
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void anEventOfZerosAloneHasATagAndNothingElseToHide(boolean compressed) throws IOException {
    begin(compressed);
    DirtyPages zeros =
        DirtyPages.of(
            new PageVersion(7, 0),
            1,
            0,
            List.of(new PageRange(0, 9, PageKind.ZERO)),
            ByteBuffer.allocate(0));
    DirtyPages encrypted = throughTheLog(cipher.encrypt(zeros));
    assertThat(encrypted.pages().remaining()).isPositive();
    assertThat(keys.decrypted(encrypted, started)).isEqualTo(zeros);
  }

  @Test
  void nothingOfTheGuestIsInTheLog() throws IOException {
    byte[] pages = codec.encode(cipher.encrypt(OURS.pages(0)));
    byte[] manifest = codec.encode(cipher.encrypt(OURS.manifest()));
    byte[] page = new byte[64];
    OURS.pages(0).pages().get(page);

    assertThat(hex(pages)).doesNotContain(hex(page));
    assertThat(hex(codec.encode(OURS.pages(0)))).contains(hex(page));
    assertThat(hex(manifest)).doesNotContain("00000000000000010000000000000005");
    assertThat(hex(codec.encode(OURS.manifest()))).contains("00000000000000010000000000000005");
  }

  private static String hex(byte[] bytes) {
    return java.util.HexFormat.of().formatHex(bytes);
  }

  @Test
  void damageOnTheWayIsSeenWithoutAKey() throws IOException {
    assertThat(cipher.encrypt(OURS.pages(0)).checksumMatches()).isTrue();
  }

  @Test
  void everyFieldOfAnEventIsBound() throws IOException {
    DirtyPages event = throughTheLog(cipher.encrypt(OURS.pages(0)));
    for (Altered<DirtyPages> altered : Altered.each(event, OTHER.pages(1))) {
      if (!altered.what().equals("checksum")) { // Of what travels; the tag says more.
        assertIsNotBelieved(altered.what(), altered.value());
      }
    }
    assertIsNotBelieved("page count", with(event, new PageRange(10, 4, PageKind.DATA)));
    assertIsNotBelieved("kind", with(event, new PageRange(10, 3, PageKind.ZERO)));
  }

  private static DirtyPages with(DirtyPages event, PageRange first) {
    return DirtyPages.of(
        event.version(),
        event.checkpoint(),
        event.block(),
        List.of(first, event.ranges().get(1)),
        event.pages());
  }

  /** By its tag: the checksum is made right, as whoever changes an event would. */
  private void assertIsNotBelieved(String what, DirtyPages event) {
    DirtyPages summed =
        DirtyPages.of(
            event.version(), event.checkpoint(), event.block(), event.ranges(), event.pages());
    assertThatThrownBy(() -> keys.decrypted(summed, started))
        .as(what)
        .isInstanceOf(NotAuthenticException.class)
        .hasMessageContaining("it was changed, moved here from elsewhere");
  }

  @Test
  void everyFieldOfAPieceOfDeviceStateIsBound() throws IOException {
    DeviceStateChunk chunk = cipher.encrypt(OURS.deviceState(0));
    for (Altered<DeviceStateChunk> altered : Altered.each(chunk, OTHER.deviceState(1))) {
      assertThatThrownBy(() -> keys.decrypted(altered.value(), started))
          .as(altered.what())
          .isInstanceOf(NotAuthenticException.class);
    }
  }

  @Test
  void everyFieldOfAManifestIsBound() throws IOException {
    CheckpointManifest manifest = cipher.encrypt(OURS.manifest());
    CheckpointManifest other =
        new EncryptedEpoch(VM, service(), false, new SecureRandom()).encrypt(OTHER.manifest());
    for (Altered<CheckpointManifest> altered : Altered.each(manifest, other)) {
      if (!altered.what().equals("deviceState.checksum")) { // In the proof; here it is 0.
        assertThatThrownBy(() -> keys.decrypted(altered.value(), started))
            .as(altered.what())
            .isInstanceOf(NotAuthenticException.class);
      }
    }
  }

  @Test
  void everyFieldOfTheStartOfAnEpochIsBound() throws IOException {
    DirtyPages event = throughTheLog(cipher.encrypt(OURS.pages(0)));
    write("current=k2\nkey.k1=" + key(1) + "\nkey.k2=" + key(1) + "\n");
    EpochStarted other =
        new EncryptedEpoch(VM, service(), true, new SecureRandom()).encrypt(OTHER.started());
    for (Altered<EpochStarted> altered : Altered.each(started, other)) {
      EpochKeys fresh = reader(VM);
      assertThatThrownBy(() -> fresh.decrypted(event, altered.value()))
          .as(altered.what())
          .isInstanceOf(NotAuthenticException.class);
    }
  }

  @Test
  void nothingIsWorthAnythingForAnotherVm() throws IOException {
    DirtyPages event = throughTheLog(cipher.encrypt(OURS.pages(0)));
    EpochKeys another = reader(new VmId("db"));
    assertThatThrownBy(() -> another.decrypted(event, started))
        .isInstanceOf(NotAuthenticException.class)
        .hasMessageContaining("k1")
        .hasMessageContaining(file.toString());
  }

  @Test
  void twoEventsCannotChangePlaces() throws IOException {
    DirtyPages first = throughTheLog(cipher.encrypt(OURS.pages(0)));
    DirtyPages second = throughTheLog(cipher.encrypt(OURS.pages(1)));
    DirtyPages moved =
        DirtyPages.of(
            new PageVersion(first.version().epoch(), 1),
            first.checkpoint(),
            first.block(),
            first.ranges(),
            first.pages());
    assertThat(moved.version()).isEqualTo(second.version());
    assertThatThrownBy(() -> keys.decrypted(moved, started))
        .isInstanceOf(NotAuthenticException.class);
  }

  @Test
  void everyTruncationIsRefused() throws IOException {
    DeviceStateChunk chunk = cipher.encrypt(OURS.deviceState(0));
    for (int length = 0; length < chunk.bytes().remaining(); length += 7) {
      DeviceStateChunk cut =
          new DeviceStateChunk(
              chunk.epoch(), chunk.checkpoint(), 0, chunk.bytes().slice(0, length));
      assertThatThrownBy(() -> keys.decrypted(cut, started))
          .isInstanceOf(NotAuthenticException.class);
    }
  }

  @Test
  void aNonceIsNeverUsedTwice() throws IOException {
    cipher.encrypt(OURS.pages(3));
    cipher.encrypt(OURS.deviceState(0));
    cipher.encrypt(OURS.manifest());
    assertThatThrownBy(() -> cipher.encrypt(OURS.pages(3)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("sequence 3");
    assertThatThrownBy(() -> cipher.encrypt(OURS.deviceState(0)))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> cipher.encrypt(OURS.manifest()))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void theMissingKeyIsNamed() throws IOException {
    write("current=k2\nkey.k2=" + key(2) + "\n");
    EpochKeys without = reader(VM);
    assertThatThrownBy(() -> without.decrypted(cipher.encrypt(OURS.pages(0)), started))
        .isInstanceOf(MissingKeyException.class)
        .hasMessageContaining("'k1'")
        .hasMessageContaining("[k2]");
    EpochKeys none = new EpochKeys(VM, ReaderKeys.NONE);
    assertThatThrownBy(() -> none.decrypted(cipher.encrypt(OURS.pages(1)), started))
        .isInstanceOf(MissingKeyException.class)
        .hasMessageContaining("'k1'")
        .hasMessageContaining("--encryption-keys");
  }

  @Test
  void aNewKeyIsUsedFromTheNextKeyframeOnAndTheOldOneStillReads() throws IOException {
    DirtyPages before = throughTheLog(cipher.encrypt(OURS.pages(0)));
    write("current=k2\nkey.k1=" + key(1) + "\nkey.k2=" + key(2) + "\n");
    EpochStarted again = cipher.encrypt(OURS.started());

    assertThat(again.encryption().orElseThrow().keyId()).isEqualTo("k2");
    assertThat(reader(VM).decrypted(before, started)).isEqualTo(OURS.pages(0));
    assertThat(reader(VM).decrypted(before, again)).isEqualTo(OURS.pages(0));
  }

  @Test
  void anotherKeyUnderTheSameIdIsNotTakenForTheRightOne() throws IOException {
    write("current=k1\nkey.k1=" + key(9) + "\n");
    EpochKeys wrong = reader(VM);
    assertThatThrownBy(() -> wrong.decrypted(cipher.encrypt(OURS.pages(0)), started))
        .isInstanceOf(NotAuthenticException.class)
        .hasMessageContaining("another key under this id");
  }

  @Test
  void withKeysNothingIsBelievedThatIsNotEncrypted() throws IOException {
    assertThatThrownBy(() -> keys.decrypted(OURS.pages(0), OURS.started()))
        .isInstanceOf(NotAuthenticException.class)
        .hasMessageContaining("--allow-unencrypted");
    assertThatThrownBy(() -> keys.believed(OURS.started(), new CheckpointHistory()))
        .isInstanceOf(NotAuthenticException.class)
        .hasMessageContaining("--allow-unencrypted");
  }

  @Test
  void aLogThatBeganInTheClearIsBelievedUpToWhereItIsEncryptedAndNoFurther() throws IOException {
    EpochKeys lenient = new EpochKeys(VM, new ReaderKeys(Optional.of(service()), true));
    CheckpointHistory history = new CheckpointHistory();
    assertThat(lenient.believed(OTHER.started(), history)).isEqualTo(OTHER.started());
    assertThat(lenient.decrypted(OTHER.pages(0), OTHER.started())).isEqualTo(OTHER.pages(0));
    assertThat(lenient.believed(started, history)).isEqualTo(started);
    assertThatThrownBy(() -> lenient.believed(OTHER.started(), history))
        .isInstanceOf(NotAuthenticException.class)
        .hasMessageContaining("somebody else wrote this");
  }

  @Test
  void aStartThatOnlySaysTheSameEpochDoesNotBorrowItsKey() throws IOException {
    DirtyPages event = throughTheLog(cipher.encrypt(OURS.pages(0)));
    assertThat(keys.decrypted(event, started)).isEqualTo(OURS.pages(0));
    for (Altered<EpochStarted> altered : Altered.each(started, OTHER.started())) {
      if (altered.value().encryption().isPresent()) {
        assertThatThrownBy(() -> keys.decrypted(event, altered.value()))
            .as(altered.what())
            .isInstanceOf(NotAuthenticException.class);
      }
    }
  }

  @Test
  void aManifestInTheClearIsNoneOfAnEncryptedEpochAlsoWithoutKeys() {
    EpochKeys none = new EpochKeys(VM, ReaderKeys.NONE);
    CheckpointHistory history = new CheckpointHistory();
    history.accept(7, started);
    assertThatThrownBy(() -> none.believed(OURS.manifest(), history))
        .isInstanceOf(NotAuthenticException.class);
  }

  @Test
  void withoutKeysAHistoryIsReadAsItIs() throws IOException {
    EpochKeys none = new EpochKeys(VM, ReaderKeys.NONE);
    CheckpointHistory history = new CheckpointHistory();
    history.accept(7, started);
    CheckpointManifest closed = cipher.encrypt(OURS.manifest());
    assertThat(none.believed(closed, history)).isEqualTo(closed);
  }

  @Test
  void anAgentWithoutKeysDoesNotGoOnInTheClear() throws IOException {
    assertThatThrownBy(() -> WriterKeys.NONE.requireFor(VM, Optional.of(started)))
        .isInstanceOf(MissingKeyException.class)
        .hasMessageContaining("'k1'")
        .hasMessageContaining("--encryption-keys");
    WriterKeys.NONE.requireFor(VM, Optional.of(OURS.started()));
    new WriterKeys(Optional.of(service()), false).requireFor(VM, Optional.of(started));
    assertThat(WriterKeys.NONE.epochOf(VM)).isSameAs(EpochCipher.NONE);
  }

  @Test
  void damageOnTheWayIsNotTakenForForgery() throws IOException {
    DirtyPages event = cipher.encrypt(OURS.pages(0));
    DirtyPages damaged =
        new DirtyPages(
            event.version(),
            event.checkpoint(),
            event.block(),
            event.ranges(),
            event.pages(),
            event.checksum() ^ 1);
    assertThatThrownBy(() -> keys.decrypted(damaged, started))
        .isInstanceOf(NotAuthenticException.class)
        .hasMessageContaining("damaged on its way");
  }
}
