package dev.ramtide.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class QueryTest {
  @Test
  void numbersAreReadWithinTheirBounds() {
    Query query = Query.parse("from=3&pages=40&label=a%20b&from=5&empty=&=x&alone");
    assertThat(query.number("from", 0, 10)).hasValue(5);
    assertThat(query.number("absent", 0, 10)).isEmpty();
    assertThat(query.values()).containsEntry("label", "a b").doesNotContainKey("alone");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> query.number("pages", 1, 39))
        .withMessage("pages=40: give a whole number from 1 to 39");
    assertThatIllegalArgumentException().isThrownBy(() -> query.number("label", 0, 9));
    assertThatIllegalArgumentException().isThrownBy(() -> query.number("empty", 0, 9));
  }

  @Test
  void nothingIsAskedWhereThereIsNoQuery() {
    assertThat(Query.parse(null).values()).isEmpty();
    assertThat(Query.parse("").values()).isEmpty();
  }

  @Test
  void aBrokenEscapeIsTheAskersMistake() {
    assertThatIllegalArgumentException().isThrownBy(() -> Query.parse("from=%zz"));
  }
}
