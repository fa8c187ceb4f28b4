package dev.ramtide.deploy.simulate.mutant;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ramtide.deploy.simulate.mutant.Mutant.Fault;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.tree.FieldInsnNode;
import org.objectweb.asm.tree.InsnNode;
import org.objectweb.asm.tree.LdcInsnNode;

/**
 * A proof that cannot fail proves nothing: each fault here, in the code under test, makes the
 * simulation say that a promise is broken, within so many seeds.
 */
final class MutationTest {
  private static final long FIRST_SEED = 1;
  private static final int SEEDS_AT_A_TIME = 4;

  /**
   * A fault that must be caught.
   *
   * @param says what of it must be said: the name of a broken promise (a fault may show in
   *     several), or what the code's own guard says
   * @param seeds within which it is caught
   */
  private record Case(String what, List<String> says, int seeds, Fault fault) {
    @Override
    public String toString() {
      return what;
    }
  }

  private static final String APPLIER = "sink.apply.PageApplier";
  private static final String SEALER = "sink.seal.Sealer";
  private static final String COMPOSER = "sink.seal.ImageComposer";
  private static final String LOST = "NothingLost";
  private static final String NEWER = "NothingNewerIsOverwritten";
  private static final String EQUAL = "SealedEqualsGuest";
  private static final String TORN = "SealedIsNeverTorn";
  private static final String ORDER = "OrderIndependence";
  private static final String BOUNDED = "Bounded";

  static List<Case> faults() {
    return List.of(
        new Case(
            "a page of the same version is not written again",
            List.of(LOST),
            60,
            new Fault(APPLIER, "isNewer", Edit.jumpInstead(Opcodes.IFLE, Opcodes.IFLT))),
        new Case(
            "an older version overwrites a newer one",
            List.of(NEWER),
            20,
            new Fault(
                APPLIER,
                "isNewer",
                Edit.body(new InsnNode(Opcodes.ICONST_0), new InsnNode(Opcodes.IRETURN)))),
        new Case(
            "versions are compared without their epoch",
            List.of(NEWER, LOST, EQUAL),
            20,
            new Fault("sink.state.PageEntry", "compareVersion", Edit.dropFirstCall("compare"))),
        new Case(
            "the offset is stored before the pages are forced",
            List.of(LOST),
            60,
            new Fault(APPLIER, "advanceTo", Edit.dropFirstCall("force"))),
        new Case(
            "the offset is stored before the table is forced",
            List.of(LOST),
            60,
            new Fault("sink.state.PartitionState", "advanceTo", Edit.dropCall("force"))),
        new Case(
            "a zero page is not erased",
            List.of(LOST, EQUAL, ORDER),
            20,
            new Fault(APPLIER, "write", Edit.dropCall("erase"))),
        new Case(
            "the image is sealed under the shared lock",
            List.of(TORN, EQUAL, LOST),
            200,
            new Fault(SEALER, "trySeal", Edit.callInstead("tryExclusive", "tryShared"))),
        new Case(
            "the next checkpoint is begun under the shared lock",
            List.of(TORN, EQUAL, LOST),
            200,
            new Fault(SEALER, "begin", Edit.callInstead("tryExclusive", "tryShared"))),
        new Case(
            "the magic stays while pages change",
            List.of(TORN, EQUAL),
            20,
            new Fault(SEALER, "begin", Edit.dropCall("destroyMagic"))),
        new Case(
            "the magic is destroyed, but not on disk, when pages may change",
            List.of(TORN, EQUAL),
            60,
            new Fault(COMPOSER, "destroyMagic", Edit.dropCall("force"))),
        new Case(
            "the magic may be on disk before what it vouches for",
            List.of(TORN, EQUAL),
            60,
            new Fault(COMPOSER, "compose", Edit.dropFirstCall("force"))),
        new Case(
            "pages are applied beyond the end of a checkpoint",
            List.of(TORN, EQUAL, LOST),
            20,
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
        new Case(
            "what the image is now is not on disk when it is said",
            List.of(LOST, TORN, EQUAL),
            60,
            new Fault("sink.state.DurableRecord", "write", Edit.dropCall("force"))),
        new Case(
            "two owners write one partition",
            List.of(NEWER, LOST, EQUAL, ORDER),
            200,
            new Fault(
                "sink.consume.PartitionTask",
                "begin",
                Edit.callInstead("tryExclusive", "tryShared"))),
        new Case(
            "a claim fences nobody until its epoch begins",
            List.of("readers would not count our own"),
            60,
            new Fault("checkpoint.CheckpointHistory", "accept", Edit.callInstead("max", "min"))),
        new Case(
            "an agent goes on in its epoch after a failure",
            List.of("the last capture did not end"),
            60,
            new Fault("producer.capture.CaptureSession", "failed", Edit.dropCall("endEpoch"))),
        new Case(
            "a page that comes again goes into the open event",
            List.of(EQUAL, LOST),
            20,
            new Fault("producer.dirty.RangeAssembler", "makeRoom", Edit.dropCall("holds"))),
        new Case(
            "a manifest does not wait for its pages",
            List.of(EQUAL, LOST),
            20,
            new Fault("producer.publish.PagePublisher", "flush", Edit.dropFirstCall("flush"))),
        new Case(
            "a page that became zero is not published",
            List.of(EQUAL, LOST),
            20,
            new Fault("producer.dirty.ChangeFilter", "zeroPages", Edit.dropCall("zeroPage"))),
        new Case(
            "of a longer device state the end stays",
            List.of(TORN),
            60,
            new Fault(COMPOSER, "compose", Edit.dropCall("resize"))),
        new Case(
            "the image is longer than its device state",
            List.of(BOUNDED),
            20,
            new Fault(
                COMPOSER,
                "compose",
                Edit.beforeCall(
                    "resize", () -> List.of(new LdcInsnNode(4096L), new InsnNode(Opcodes.LADD))))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("faults")
  void isCaught(Case tried) throws Exception {
    Mutant mutant = new Mutant(tried.fault());
    assertThat(mutant.loadClass(tried.fault().fullName())).isNotNull();
    assertThat(mutant.edited()).as("places edited").isEqualTo(1);
    Method failureOf = failureOf(mutant);
    Map<Long, String> failures = new TreeMap<>();
    for (long seed = FIRST_SEED; failures.isEmpty() && seed <= tried.seeds(); ) {
      failures = failures(failureOf, seed);
      seed += SEEDS_AT_A_TIME;
    }
    System.out.println(tried + ": " + failures);
    assertThat(failures).as("within %d seeds", tried.seeds()).isNotEmpty();
    assertThat(failures.values())
        .allSatisfy(said -> assertThat(said).containsAnyOf(tried.says().toArray(String[]::new)));
  }

  @Test
  void withoutAFaultNothingIsSaid() throws Exception {
    Fault none = new Fault(APPLIER, "isNewer", method -> 0);
    assertThat(failures(failureOf(new Mutant(none)), FIRST_SEED)).isEmpty();
  }

  private static Method failureOf(Mutant mutant) throws ReflectiveOperationException {
    Method method =
        mutant
            .loadClass("dev.ramtide.deploy.simulate.Histories")
            .getDeclaredMethod("failureOf", long.class);
    method.setAccessible(true);
    return method;
  }

  private static Map<Long, String> failures(Method failureOf, long first) {
    Map<Long, String> failures = new ConcurrentSkipListMap<>();
    LongStream.range(first, first + SEEDS_AT_A_TIME)
        .parallel()
        .forEach(
            seed -> {
              String said = call(failureOf, seed);
              if (!said.isEmpty()) {
                failures.put(seed, said);
              }
            });
    return failures;
  }

  private static String call(Method failureOf, long seed) {
    try {
      return (String) failureOf.invoke(null, seed);
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException(e);
    }
  }
}
