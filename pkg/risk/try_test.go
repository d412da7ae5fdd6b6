package risk
import ("testing";"os";"path/filepath")
func TestTry(t *testing.T){ files:=map[string][]byte{}; m,_:=filepath.Glob("../../profiles/rules/*.yaml"); for _,f:=range m { b,_:=os.ReadFile(f); files[filepath.Base(f)]=b }; if _,err:=Load(files);err!=nil{t.Fatal(err)}}
