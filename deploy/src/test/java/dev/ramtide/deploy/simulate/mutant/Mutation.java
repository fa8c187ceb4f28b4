package dev.ramtide.deploy.simulate.mutant;

import dev.ramtide.deploy.simulate.mutant.Mutant.Fault;
import java.util.List;
import java.util.Set;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.tree.FieldInsnNode;
import org.objectweb.asm.tree.InsnNode;
import org.objectweb.asm.tree.LdcInsnNode;

/** Faults that must be caught, each of another kind. */
enum Mutation {
  /** A page of the same version is not written again. */
  EQUAL_VERSION_IS_SKIPPED(
      List.of("NothingLost"),
      60,
      new Fault("sink.apply.PageApplier", "isNewer", Edit.jumpInstead(Opcodes.IFLE, Opcodes.IFLT))),

  /** An older version overwrites a newer one. */
  OLDER_VERSION_WINS(
      List.of("NothingNewerIsOverwritten"),
      60,
      new Fault(
          "sink.apply.PageApplier",
          "isNewer",
          Edit.body(new InsnNode(Opcodes.ICONST_0), new InsnNode(Opcodes.IRETURN)))),

  /** Versions are compared without their epoch. */
  EPOCH_IS_IGNORED(
      List.of("NothingNewerIsOverwritten", "NothingLost", "SealedEqualsGuest"),
      60,
      new Fault("sink.state.PageEntry", "compareVersion", Edit.dropFirstCall("compare"))),

  /** The offset is stored before the pages are forced. */
  OFFSET_BEFORE_PAGES(
      List.of("NothingLost"),
      60,
      new Fault("sink.apply.PageApplier", "advanceTo", Edit.dropFirstCall("force"))),

  /** The offset is stored before the table is forced. */
  OFFSET_BEFORE_TABLE(
      List.of("NothingLost", "NothingNewerIsOverwritten", "SealedEqualsGuest", "SealedIsNeverTorn"),
      60,
      new Fault("sink.state.PartitionState", "advanceTo", Edit.dropCall("force"))),

  /** A claim after a failure does not look whether another agent has taken over. */
  CLAIM_DOES_NOT_LOOK(
      List.of("ReplacedStaysReplaced"),
      60,
      new Fault("producer.publish.EpochClaim", "claim", Edit.dropCall("requireNotReplaced"))),

  /** A zero page is not erased. */
  ZERO_PAGE_STAYS(
      List.of("NothingLost", "SealedEqualsGuest", "OrderIndependence"),
      20,
      new Fault("sink.apply.PageApplier", "write", Edit.dropCall("erase"))),

  /** Sealers hold the shared lock only. */
  SEAL_WITHOUT_THE_LOCK(
      List.of("SealedIsNeverTorn", "SealedEqualsGuest", "NothingLost"),
      400,
      new Fault(
          "sink.seal.Sealer",
          Set.of("begin", "trySeal"),
          2,
          Edit.callInstead("tryExclusive", "tryShared"))),

  /** The next checkpoint is begun while somebody reads. */
  BEGIN_WITHOUT_THE_LOCK(
      List.of("SealedIsNeverTorn", "SealedEqualsGuest"),
      400,
      new Fault("sink.seal.Sealer", "begin", Edit.callInstead("tryExclusive", "tryShared"))),

  /** The magic stays while pages change. */
  MAGIC_STAYS(
      List.of("SealedIsNeverTorn", "SealedEqualsGuest"),
      20,
      new Fault("sink.seal.Sealer", "begin", Edit.dropCall("destroyMagic"))),

  /** The magic is destroyed, but not on disk, when pages may change. */
  MAGIC_IS_NOT_FORCED(
      List.of("SealedIsNeverTorn", "SealedEqualsGuest"),
      60,
      new Fault("sink.seal.ImageComposer", "destroyMagic", Edit.dropCall("force"))),

  /** The magic may be on disk before what it vouches for. */
  MAGIC_COMES_FIRST(
      List.of("SealedIsNeverTorn", "SealedEqualsGuest"),
      100,
      new Fault("sink.seal.ImageComposer", "compose", Edit.dropFirstCall("force"))),

  /** Pages are applied beyond the end of a checkpoint. */
  GATE_IS_SKIPPED(
      List.of("SealedIsNeverTorn", "SealedEqualsGuest", "NothingLost"),
      300,
      new Fault(
          "sink.consume.PageGate",
          "of",
          Edit.body(
              new FieldInsnNode(
                  Opcodes.GETSTATIC,
                  "dev/ramtide/sink/consume/PageGate",
                  "OPEN",
                  "Ldev/ramtide/sink/consume/PageGate;"),
              new InsnNode(Opcodes.ARETURN)))),

  /** What the image is now is not on disk when it is said. */
  CONTROL_IS_NOT_FORCED(
      List.of("NothingLost", "SealedIsNeverTorn", "SealedEqualsGuest"),
      60,
      new Fault("sink.state.DurableRecord", "write", Edit.dropCall("force"))),

  /** Two owners write one partition. */
  TWO_OWNERS(
      List.of("NothingNewerIsOverwritten", "NothingLost", "SealedEqualsGuest", "OrderIndependence"),
      400,
      new Fault(
          "sink.consume.PartitionTask", "begin", Edit.callInstead("tryExclusive", "tryShared"))),

  /** A claim fences nobody until its epoch begins. */
  CLAIM_FENCES_NOBODY(
      List.of("readers would not count our own", "SealedIsNeverTorn", "NothingLost"),
      200,
      new Fault("checkpoint.CheckpointHistory", "accept", Edit.callInstead("max", "min"))),

  /** An agent goes on in its epoch after a failure. */
  EPOCH_GOES_ON(
      List.of("the last capture did not end"),
      60,
      new Fault("producer.capture.CaptureSession", "failed", Edit.dropCall("endEpoch"))),

  /** A page that comes again goes into the open event. */
  EVENT_STAYS_OPEN(
      List.of("SealedEqualsGuest", "NothingLost"),
      200,
      new Fault("producer.dirty.RangeAssembler", "makeRoom", Edit.dropCall("holds"))),

  /** A manifest does not wait for its pages. */
  MANIFEST_COMES_FIRST(
      List.of("SealedEqualsGuest", "NothingLost"),
      20,
      new Fault("producer.publish.PagePublisher", "flush", Edit.dropFirstCall("flush"))),

  /** A page that became zero is not published. */
  ZERO_IS_NO_NEWS(
      List.of("SealedEqualsGuest", "NothingLost"),
      20,
      new Fault("producer.dirty.ChangeFilter", "zeroPages", Edit.dropCall("zeroPage"))),

  /** Of a longer device state the end stays. */
  DEVICE_STATE_IS_NOT_CUT(
      List.of("SealedIsNeverTorn"),
      60,
      new Fault("sink.seal.ImageComposer", "compose", Edit.dropCall("resize"))),

  /** The image is longer than its device state. */
  IMAGE_GROWS(
      List.of("Bounded"),
      20,
      new Fault(
          "sink.seal.ImageComposer",
          "compose",
          Edit.beforeCall(
              "resize", () -> List.of(new LdcInsnNode(4096L), new InsnNode(Opcodes.LADD))))),

  /** A capture ends without giving anything back. */
  GUEST_IS_NOT_RELEASED(
      List.of("GuestFirst"),
      20,
      new Fault("producer.capture.GuestRelease", "close", Edit.dropCall("run"))),

  /** The owner's settings do not come back. */
  SETTINGS_STAY(
      List.of("GuestFirst"),
      20,
      new Fault(
          "producer.capture.MigrationSettings",
          "putBack",
          Edit.body(new InsnNode(Opcodes.RETURN)))),

  /** Whoever finds the agent dead does not let the guest go. */
  RECOVERY_FORGETS_THE_GUEST(
      List.of("GuestFirst"),
      300,
      new Fault("producer.capture.HoldRecovery", Set.of("release"), 2, Edit.dropCall("mayStand"))),

  /** What is taken is not written down. */
  NOTHING_IS_NOTED(
      List.of("GuestFirst"),
      60,
      new Fault("producer.capture.HoldLedger", "note", Edit.body(new InsnNode(Opcodes.RETURN)))),

  /** Marks are cleared when the guest runs again. */
  MARKS_ARE_CLEARED_AFTER_CONT(
      List.of("SealedEqualsGuest", "said to be unmarked"),
      60,
      new Fault(
          "producer.capture.HostCapture$Cleared",
          "resume",
          Edit.afterCall("resume", Marks::clearOfCleared))),

  /** Marks are cleared while the guest still runs. */
  MARKS_ARE_CLEARED_BEFORE_THE_STOP(
      List.of("SealedEqualsGuest", "said to be unmarked"),
      60,
      new Fault(
          "producer.capture.HostCapture$Running",
          "stop",
          Edit.beforeCall("stop", Marks::clearWhileRunning))),

  /** Marks are cleared before anything is copied. */
  MARKS_ARE_CLEARED_BEFORE_THE_COPY(
      List.of("SealedEqualsGuest", "said to be unmarked"),
      60,
      new Fault(
          "producer.capture.HostCapture$Standing",
          "copy",
          Edit.beforeCall("marked", Marks::clear))),

  /** The first pass clears what was written while it read. */
  FIRST_PASS_CLEARS_LAST(
      List.of("SealedEqualsGuest", "said to be unmarked"),
      60,
      new Fault(
          "producer.capture.HostCapture$Running",
          Set.of("readAll"),
          2,
          Edit.both(Edit.dropCall("clear"), Edit.afterCall("read", Marks::clearWhileRunning)))),

  /** Nobody asks whether the guest stood all the time. */
  NOBODY_ASKS_WHETHER_IT_STOOD(
      List.of("SealedEqualsGuest", "said to be unmarked"),
      60,
      new Fault(
          "producer.capture.HostCapture$Cleared", "resume", Edit.dropCall("requireStillStanding"))),

  /** A keyframe is made of what is marked. */
  KEYFRAME_OF_CHANGES(
      List.of("SealedEqualsGuest", "NothingLost"),
      60,
      new Fault(
          "producer.capture.HostMemorySource",
          "capture",
          Edit.jumpInstead(Opcodes.IF_ACMPNE, Opcodes.IF_ACMPEQ)));

  private final List<String> says;
  private final int seeds;
  private final Fault fault;

  /**
   * @param says what must be said: the name of a broken promise (a fault may show in several), or
   *     what the code's own guard says
   * @param seeds within which it is caught
   */
  Mutation(List<String> says, int seeds, Fault fault) {
    this.says = says;
    this.seeds = seeds;
    this.fault = fault;
  }

  List<String> says() {
    return says;
  }

  int seeds() {
    return seeds;
  }

  /** Whether it is in what reads a guest through its host. */
  boolean isOfHost() {
    return fault.className().startsWith("producer.capture.Host");
  }

  Fault fault() {
    return fault;
  }
}
