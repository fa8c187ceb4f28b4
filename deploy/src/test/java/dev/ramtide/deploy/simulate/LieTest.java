package dev.ramtide.deploy.simulate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ramtide.deploy.simulate.Lie.Outcome;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The table of what makes soft-dirty bits lie: what the host is like, and what comes of it. */
final class LieTest {
  private static final int SEEDS = 25;

  /** By a host that is so from the beginning; the others become so while they are captured. */
  private static final Map<Lie, String> REFUSALS =
      Map.ofEntries(
          Map.entry(Lie.NO_SOFT_DIRTY, "keeps no soft-dirty bits"),
          Map.entry(Lie.KSM, "mem-merge=off"),
          Map.entry(Lie.HUGETLB, "hugetlb"),
          Map.entry(Lie.SHARED, "shared memory"),
          Map.entry(Lie.BALLOON, "a balloon"),
          Map.entry(Lie.VIRTIO_MEM, "virtio-mem"),
          Map.entry(Lie.OTHER_NAMESPACE, "another mount namespace"),
          Map.entry(Lie.NO_RIGHTS, "permission denied"));

  private static Stream<Lie> lies(Outcome outcome) {
    return Stream.of(Lie.values()).filter(lie -> lie.outcome() == outcome);
  }

  static Stream<Lie> kept() {
    return lies(Outcome.KEPT);
  }

  static Stream<Lie> refused() {
    return lies(Outcome.REFUSED);
  }

  static Stream<Lie> found() {
    return lies(Outcome.FOUND);
  }

  private static List<HostTrial.Result> trials(Lie lie, int auditInterval) {
    return LongStream.rangeClosed(1, SEEDS)
        .mapToObj(seed -> HostTrial.of(lie, auditInterval, seed))
        .toList();
  }

  private static long wrong(List<HostTrial.Result> results) {
    return results.stream().filter(result -> result.wrong().isPresent()).count();
  }

  @ParameterizedTest
  @MethodSource("kept")
  void whereMarksAreTrueEveryDeltaIsRight(Lie lie) {
    for (int auditInterval : List.of(0, 1)) {
      assertThat(trials(lie, auditInterval))
          .allSatisfy(
              result -> {
                assertThat(result.refused()).isEmpty();
                assertThat(result.found()).isEmpty();
                assertThat(result.wrong()).isEmpty();
                assertThat(result.checkpoints()).isEqualTo(HostTrial.CHECKPOINTS);
                assertThat(result.deltas()).isEqualTo(HostTrial.CHECKPOINTS - 1);
              });
    }
  }

  @ParameterizedTest
  @MethodSource("refused")
  void whereTheyLieAndItShowsTheHostIsRefused(Lie lie) {
    List<HostTrial.Result> results = trials(lie, 0);
    assertThat(results).allSatisfy(result -> assertThat(result.wrong()).isEmpty());
    if (REFUSALS.containsKey(lie)) {
      assertThat(results)
          .allSatisfy(
              result -> {
                assertThat(result.refused().orElseThrow()).hasMessageContaining(REFUSALS.get(lie));
                assertThat(result.checkpoints()).isZero();
              });
    } else {
      assertThat(results).anySatisfy(result -> assertThat(result.refused()).isPresent());
      assertThat(results)
          .allSatisfy(
              result ->
                  assertThat(
                          result.refused().isPresent()
                              || result.checkpoints() == HostTrial.CHECKPOINTS)
                      .isTrue());
    }
  }

  @ParameterizedTest
  @MethodSource("found")
  void whereNothingShowsAnAuditFindsWhatWouldBeWrong(Lie lie) {
    List<HostTrial.Result> blind = trials(lie, 0);
    assertThat(wrong(blind)).as("wrong without an audit").isGreaterThan(SEEDS / 2);
    assertThat(blind).allSatisfy(result -> assertThat(result.found()).isEmpty());
    List<HostTrial.Result> audited = trials(lie, 1);
    long found = audited.stream().filter(result -> result.found().isPresent()).count();
    assertThat(found).as("found by an audit").isGreaterThan(SEEDS * 3 / 4);
    // An audit cannot tell of a page that the guest has written, with a mark, since the pause.
    assertThat(wrong(audited)).as("wrong before it was found").isLessThan(wrong(blind) / 2);
  }
}
