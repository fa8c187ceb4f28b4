package dev.ramtide.deploy.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each rule of the house finds what it is there for, and nothing where there is nothing. */
class SourceRulesTest {
  private static final HousePlan PLAN =
      new HousePlan(
          Map.of("below", Set.of(), "above", Set.of("below"), "aside", Set.of()),
          List.of(new HousePlan.Wall("org.library.", Set.of("aside"))));

  @ParameterizedTest
  @ValueSource(
      strings = {
        "import dev.ramtide.above.Thing; class X {}",
        "import static dev.ramtide.above.Thing.CONSTANT; class X {}",
        "import static dev.ramtide.above.Thing.Inner.*; class X {}",
        "import dev.ramtide.above.*; class X {}",
        "class X { dev.ramtide.above.Thing field; }",
        "class X { int n = dev.ramtide.above.Thing.CONSTANT; }",
        "class X { java.util.List<dev.ramtide.above.Thing> field; }",
        "class X { void method() { new dev.ramtide.above.Thing(); } }",
        "@dev.ramtide.above.Mark class X {}",
        "class X { void method() { run(dev.ramtide.above.Thing::go); } }"
      })
  void anArrowThatIsNotOnThePlanIsFoundHoweverItIsWritten(String body) throws IOException {
    assertThat(SourceRules.arrows(source("below", body), PLAN))
        .isNotEmpty()
        .allMatch(finding -> finding.contains("room below may not see room above"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "import dev.ramtide.below.Thing; class X {}",
        "import dev.ramtide.above.Other; class X {}",
        "/** {@link dev.ramtide.aside.Thing} */ class X {}",
        "class X { String s = \"dev.ramtide.aside.Thing\"; }",
        "import java.util.List; class X {}"
      })
  void whatThePlanAllowsIsNoFinding(String body) throws IOException {
    assertThat(SourceRules.arrows(source("above", body), PLAN)).isEmpty();
  }

  @Test
  void aRoomThatIsNotOnThePlanIsFound() throws IOException {
    assertThat(SourceRules.arrows(source("cellar", "class X {}"), PLAN))
        .singleElement()
        .asString()
        .contains("cellar");
    assertThat(SourceRules.arrows(source("below.inner", "class X {}"), PLAN)).hasSize(1);
  }

  @Test
  void aRoomThatIsNotOnThePlanMayNotBeImported() throws IOException {
    assertThat(
            SourceRules.arrows(
                source("above", "import dev.ramtide.below.inner.Thing; class X {}"), PLAN))
        .hasSize(1);
  }

  @Test
  void aLibraryStaysBehindItsWall() throws IOException {
    String body = "import org.library.Thing; class X {}";

    assertThat(SourceRules.arrows(source("below", body), PLAN))
        .singleElement()
        .asString()
        .contains("org.library.");
    assertThat(SourceRules.arrows(source("aside", body), PLAN)).isEmpty();
  }

  @Test
  void aTestLooksWhereItMust() throws IOException {
    String text = "package dev.ramtide.below; import dev.ramtide.above.Thing; class XTest {}";

    assertThat(SourceRules.arrows(SourceFile.parse("sink/src/test/java/XTest.java", text), PLAN))
        .isEmpty();
  }

  @Test
  void anImportOfEverythingIsFound() throws IOException {
    assertThat(SourceRules.wildcards(source("below", "import java.util.*; class X {}"))).hasSize(1);
    assertThat(SourceRules.wildcards(source("below", "import java.util.List; class X {}")))
        .isEmpty();
  }

  @Test
  void aFileMayHave400LinesAndATest600() throws IOException {
    assertThat(SourceRules.sizes(lines("sink/src/main/java/X.java", 400))).isEmpty();
    assertThat(SourceRules.sizes(lines("sink/src/main/java/X.java", 401)))
        .singleElement()
        .asString()
        .contains("401");
    assertThat(SourceRules.sizes(lines("sink/src/test/java/XTest.java", 600))).isEmpty();
    assertThat(SourceRules.sizes(lines("sink/src/test/java/XTest.java", 601))).hasSize(1);
  }

  @Test
  void aMethodMayHave50Lines() throws IOException {
    assertThat(
            SourceRules.sizes(source("below", "class X {\n void f() {" + "\n".repeat(49) + "} }")))
        .isEmpty();
    assertThat(
            SourceRules.sizes(source("below", "class X {\n void f() {" + "\n".repeat(50) + "} }")))
        .singleElement()
        .asString()
        .contains("f has 51 lines");
    assertThat(
            SourceRules.sizes(
                source(
                    "below",
                    "class X { Object o = new Object() { X() {" + "\n".repeat(50) + "} }; }")))
        .hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "class Util {}",
        "class PageHelper {}",
        "interface X { enum PageManager {} }",
        "record PageImpl() {}"
      })
  void aTypeWhoseNameSaysNothingIsFound(String body) throws IOException {
    assertThat(SourceRules.words(source("below", body))).hasSize(1);
  }

  @Test
  void aPackageWhoseNameSaysNothingIsFound() throws IOException {
    assertThat(SourceRules.words(source("common", "class X {}"))).hasSize(1);
    assertThat(SourceRules.words(source("sink.internal", "class X {}"))).hasSize(1);
  }

  @Test
  void anEmptyWordInTheMiddleOfANameIsNoFinding() throws IOException {
    assertThat(SourceRules.words(source("below", "class UtilityPole { class Simple {} }")))
        .isEmpty();
  }

  @Test
  void aVariableWithoutATypeIsFound() throws IOException {
    assertThat(SourceRules.vars(source("below", "class X { void f() { var x = 1; } }"))).hasSize(1);
    assertThat(SourceRules.vars(source("below", "class X { void f() { for (var x : list) {} } }")))
        .hasSize(1);
    assertThat(
            SourceRules.vars(source("below", "class X { void f() { try (var x = open()) {} } }")))
        .hasSize(1);
    assertThat(
            SourceRules.vars(
                source(
                    "below",
                    "class X { void f() { int var = 1; run((a, b) -> a); run(c -> c); } }")))
        .isEmpty();
  }

  @Test
  void aPackageWithoutItsMarkIsFound() throws IOException {
    SourceFile type = source("below", "class X {}");
    SourceFile unmarked =
        SourceFile.parse("schemas/package-info.java", "package dev.ramtide.below;");
    SourceFile marked =
        SourceFile.parse("schemas/package-info.java", "@NullMarked package dev.ramtide.below;");

    assertThat(SourceRules.nullMarks(List.of(type)))
        .singleElement()
        .asString()
        .contains("no package-info.java");
    assertThat(SourceRules.nullMarks(List.of(type, unmarked)))
        .singleElement()
        .asString()
        .contains("not @NullMarked");
    assertThat(SourceRules.nullMarks(List.of(type, marked))).isEmpty();
  }

  private static SourceFile source(String room, String body) throws IOException {
    return SourceFile.parse(
        "schemas/src/main/java/X.java", "package dev.ramtide." + room + "; " + body);
  }

  private static SourceFile lines(String path, int count) throws IOException {
    return SourceFile.parse(
        path, "package dev.ramtide.below; class X {\n" + "\n".repeat(count - 2) + "}");
  }
}
