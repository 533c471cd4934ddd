package invite

// Tests may use what they like.
import (
	"os"
	"testing"
	"time"

	"example.test/house/internal/store/storetest"
)

func init() { time.Now() }
