// @ts-nocheck
// Made by `npm run templates` from the *.hbs files beside it; do not edit.
import type { TemplateSpec } from '../../emit/template.ts'

export const pageHtml: TemplateSpec = {"0":function(container,depth0,helpers,partials,data) {
    var stack1, lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<div class=\"partial\" role=\"alert\"><strong>"
    + ((stack1 = container.lambda(container.strict(lookupProperty(depth0,"partial"), "words", {"start":{"line":25,"column":44},"end":{"line":25,"column":57}} ), depth0)) != null ? stack1 : "")
    + "</strong>\n<ul>\n"
    + ((stack1 = lookupProperty(helpers,"each").call(depth0 != null ? depth0 : (container.nullContext || {}),lookupProperty(lookupProperty(depth0,"partial"),"reasons"),{"name":"each","hash":{},"fn":container.program(1, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":27,"column":0},"end":{"line":29,"column":9}}})) != null ? stack1 : "")
    + "</ul></div>\n";
},"1":function(container,depth0,helpers,partials,data) {
    var stack1;

  return "<li>"
    + ((stack1 = container.lambda(depth0, depth0)) != null ? stack1 : "")
    + "</li>\n";
},"2":function(container,depth0,helpers,partials,data) {
    var stack1, helper, alias1=container.strict, alias2=depth0 != null ? depth0 : (container.nullContext || {}), alias3="function", lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<li><a href=\"#"
    + ((stack1 = (((helper = lookupProperty(helpers,"id") || alias1(depth0, "id", {"start":{"line":34,"column":16},"end":{"line":34,"column":18}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"id","hash":{},"data":data,"loc":{"start":{"line":34,"column":14},"end":{"line":34,"column":20}}}) : helper))) != null ? stack1 : "")
    + "\">"
    + ((stack1 = (((helper = lookupProperty(helpers,"title") || alias1(depth0, "title", {"start":{"line":34,"column":24},"end":{"line":34,"column":29}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"title","hash":{},"data":data,"loc":{"start":{"line":34,"column":22},"end":{"line":34,"column":31}}}) : helper))) != null ? stack1 : "")
    + "</a></li>\n";
},"3":function(container,depth0,helpers,partials,data) {
    var stack1, helper, alias1=container.strict, alias2=depth0 != null ? depth0 : (container.nullContext || {}), alias3="function", lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<li><code>"
    + ((stack1 = (((helper = lookupProperty(helpers,"file") || alias1(depth0, "file", {"start":{"line":40,"column":12},"end":{"line":40,"column":16}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"file","hash":{},"data":data,"loc":{"start":{"line":40,"column":10},"end":{"line":40,"column":18}}}) : helper))) != null ? stack1 : "")
    + "</code>: "
    + ((stack1 = (((helper = lookupProperty(helpers,"words") || alias1(depth0, "words", {"start":{"line":40,"column":29},"end":{"line":40,"column":34}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"words","hash":{},"data":data,"loc":{"start":{"line":40,"column":27},"end":{"line":40,"column":36}}}) : helper))) != null ? stack1 : "")
    + "</li>\n";
},"4":function(container,depth0,helpers,partials,data) {
    var stack1, lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<ul>\n"
    + ((stack1 = lookupProperty(helpers,"each").call(depth0 != null ? depth0 : (container.nullContext || {}),lookupProperty(depth0,"ways"),{"name":"each","hash":{},"fn":container.program(1, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":45,"column":0},"end":{"line":47,"column":9}}})) != null ? stack1 : "")
    + "</ul>\n";
},"5":function(container,depth0,helpers,partials,data) {
    var stack1, alias1=container.strict, alias2=container.lambda, alias3=depth0 != null ? depth0 : (container.nullContext || {}), lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<h2 id=\"drift\">Compared with "
    + ((stack1 = alias2(alias1(lookupProperty(depth0,"drift"), "against", {"start":{"line":51,"column":31},"end":{"line":51,"column":44}} ), depth0)) != null ? stack1 : "")
    + ": "
    + ((stack1 = alias2(alias1(lookupProperty(depth0,"drift"), "verdict", {"start":{"line":51,"column":50},"end":{"line":51,"column":63}} ), depth0)) != null ? stack1 : "")
    + "</h2>\n"
    + ((stack1 = lookupProperty(helpers,"each").call(alias3,lookupProperty(lookupProperty(depth0,"drift"),"assumptions"),{"name":"each","hash":{},"fn":container.program(6, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":52,"column":0},"end":{"line":54,"column":9}}})) != null ? stack1 : "")
    + ((stack1 = lookupProperty(helpers,"if").call(alias3,lookupProperty(lookupProperty(depth0,"drift"),"groups"),{"name":"if","hash":{},"fn":container.program(7, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":55,"column":0},"end":{"line":70,"column":7}}})) != null ? stack1 : "")
    + ((stack1 = lookupProperty(helpers,"if").call(alias3,lookupProperty(lookupProperty(depth0,"drift"),"more"),{"name":"if","hash":{},"fn":container.program(12, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":71,"column":0},"end":{"line":73,"column":7}}})) != null ? stack1 : "");
},"6":function(container,depth0,helpers,partials,data) {
    var stack1;

  return "<p class=\"dim\">Assuming "
    + ((stack1 = container.lambda(depth0, depth0)) != null ? stack1 : "")
    + ".</p>\n";
},"7":function(container,depth0,helpers,partials,data) {
    var stack1, lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<div class=\"scroll\"><table>\n<tr><th>drift</th><th>flows</th><th>rules</th><th>policies</th><th>for example</th></tr>\n"
    + ((stack1 = lookupProperty(helpers,"each").call(depth0 != null ? depth0 : (container.nullContext || {}),lookupProperty(lookupProperty(depth0,"drift"),"groups"),{"name":"each","hash":{},"fn":container.program(8, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":58,"column":0},"end":{"line":68,"column":9}}})) != null ? stack1 : "")
    + "</table></div>\n";
},"8":function(container,depth0,helpers,partials,data) {
    var stack1, helper, alias1=container.strict, alias2=depth0 != null ? depth0 : (container.nullContext || {}), alias3="function", lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<tr><td><strong class=\""
    + ((stack1 = (((helper = lookupProperty(helpers,"severity") || alias1(depth0, "severity", {"start":{"line":59,"column":25},"end":{"line":59,"column":33}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"severity","hash":{},"data":data,"loc":{"start":{"line":59,"column":23},"end":{"line":59,"column":35}}}) : helper))) != null ? stack1 : "")
    + "\">"
    + ((stack1 = (((helper = lookupProperty(helpers,"word") || alias1(depth0, "word", {"start":{"line":59,"column":39},"end":{"line":59,"column":43}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"word","hash":{},"data":data,"loc":{"start":{"line":59,"column":37},"end":{"line":59,"column":45}}}) : helper))) != null ? stack1 : "")
    + "</strong><br>"
    + ((stack1 = (((helper = lookupProperty(helpers,"code") || alias1(depth0, "code", {"start":{"line":59,"column":60},"end":{"line":59,"column":64}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"code","hash":{},"data":data,"loc":{"start":{"line":59,"column":58},"end":{"line":59,"column":66}}}) : helper))) != null ? stack1 : "")
    + "</td><td>"
    + ((stack1 = (((helper = lookupProperty(helpers,"flows") || alias1(depth0, "flows", {"start":{"line":59,"column":77},"end":{"line":59,"column":82}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"flows","hash":{},"data":data,"loc":{"start":{"line":59,"column":75},"end":{"line":59,"column":84}}}) : helper))) != null ? stack1 : "")
    + "</td>\n"
    + ((stack1 = lookupProperty(helpers,"each").call(alias2,lookupProperty(depth0,"sides"),{"name":"each","hash":{},"fn":container.program(9, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":60,"column":0},"end":{"line":66,"column":9}}})) != null ? stack1 : "")
    + "<td>"
    + ((stack1 = (((helper = lookupProperty(helpers,"example") || alias1(depth0, "example", {"start":{"line":67,"column":6},"end":{"line":67,"column":13}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"example","hash":{},"data":data,"loc":{"start":{"line":67,"column":4},"end":{"line":67,"column":15}}}) : helper))) != null ? stack1 : "")
    + ((stack1 = lookupProperty(helpers,"if").call(alias2,lookupProperty(depth0,"on"),{"name":"if","hash":{},"fn":container.program(11, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":67,"column":15},"end":{"line":67,"column":53}}})) != null ? stack1 : "")
    + "</td></tr>\n";
},"9":function(container,depth0,helpers,partials,data) {
    var stack1, helper, alias1=depth0 != null ? depth0 : (container.nullContext || {}), lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<td>"
    + ((stack1 = (((helper = lookupProperty(helpers,"words") || container.strict(depth0, "words", {"start":{"line":61,"column":6},"end":{"line":61,"column":11}} ))),(typeof helper === "function" ? helper.call(alias1,{"name":"words","hash":{},"data":data,"loc":{"start":{"line":61,"column":4},"end":{"line":61,"column":13}}}) : helper))) != null ? stack1 : "")
    + "\n"
    + ((stack1 = lookupProperty(helpers,"each").call(alias1,lookupProperty(depth0,"places"),{"name":"each","hash":{},"fn":container.program(10, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":62,"column":0},"end":{"line":64,"column":9}}})) != null ? stack1 : "")
    + "</td>\n";
},"10":function(container,depth0,helpers,partials,data) {
    var stack1, helper, alias1=container.strict, alias2=depth0 != null ? depth0 : (container.nullContext || {}), alias3="function", lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<pre><span class=\"dim\">"
    + ((stack1 = (((helper = lookupProperty(helpers,"place") || alias1(depth0, "place", {"start":{"line":63,"column":25},"end":{"line":63,"column":30}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"place","hash":{},"data":data,"loc":{"start":{"line":63,"column":23},"end":{"line":63,"column":32}}}) : helper))) != null ? stack1 : "")
    + " |</span> "
    + ((stack1 = (((helper = lookupProperty(helpers,"before") || alias1(depth0, "before", {"start":{"line":63,"column":44},"end":{"line":63,"column":50}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"before","hash":{},"data":data,"loc":{"start":{"line":63,"column":42},"end":{"line":63,"column":52}}}) : helper))) != null ? stack1 : "")
    + ((stack1 = (((helper = lookupProperty(helpers,"marked") || alias1(depth0, "marked", {"start":{"line":63,"column":54},"end":{"line":63,"column":60}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"marked","hash":{},"data":data,"loc":{"start":{"line":63,"column":52},"end":{"line":63,"column":62}}}) : helper))) != null ? stack1 : "")
    + ((stack1 = (((helper = lookupProperty(helpers,"after") || alias1(depth0, "after", {"start":{"line":63,"column":64},"end":{"line":63,"column":69}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"after","hash":{},"data":data,"loc":{"start":{"line":63,"column":62},"end":{"line":63,"column":71}}}) : helper))) != null ? stack1 : "")
    + "</pre>\n";
},"11":function(container,depth0,helpers,partials,data) {
    var stack1, helper, lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<br>depends on "
    + ((stack1 = (((helper = lookupProperty(helpers,"on") || container.strict(depth0, "on", {"start":{"line":67,"column":42},"end":{"line":67,"column":44}} ))),(typeof helper === "function" ? helper.call(depth0 != null ? depth0 : (container.nullContext || {}),{"name":"on","hash":{},"data":data,"loc":{"start":{"line":67,"column":40},"end":{"line":67,"column":46}}}) : helper))) != null ? stack1 : "");
},"12":function(container,depth0,helpers,partials,data) {
    var stack1, lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<p>"
    + ((stack1 = container.lambda(container.strict(lookupProperty(depth0,"drift"), "more", {"start":{"line":72,"column":5},"end":{"line":72,"column":15}} ), depth0)) != null ? stack1 : "")
    + "</p>\n";
},"13":function(container,depth0,helpers,partials,data) {
    var stack1, helper, alias1=container.strict, alias2=depth0 != null ? depth0 : (container.nullContext || {}), alias3="function", lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<h2 id=\""
    + ((stack1 = (((helper = lookupProperty(helpers,"id") || alias1(depth0, "id", {"start":{"line":76,"column":10},"end":{"line":76,"column":12}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"id","hash":{},"data":data,"loc":{"start":{"line":76,"column":8},"end":{"line":76,"column":14}}}) : helper))) != null ? stack1 : "")
    + "\"><span class=\""
    + ((stack1 = (((helper = lookupProperty(helpers,"severity") || alias1(depth0, "severity", {"start":{"line":76,"column":31},"end":{"line":76,"column":39}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"severity","hash":{},"data":data,"loc":{"start":{"line":76,"column":29},"end":{"line":76,"column":41}}}) : helper))) != null ? stack1 : "")
    + "\">"
    + ((stack1 = (((helper = lookupProperty(helpers,"severity") || alias1(depth0, "severity", {"start":{"line":76,"column":45},"end":{"line":76,"column":53}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"severity","hash":{},"data":data,"loc":{"start":{"line":76,"column":43},"end":{"line":76,"column":55}}}) : helper))) != null ? stack1 : "")
    + " "
    + ((stack1 = (((helper = lookupProperty(helpers,"code") || alias1(depth0, "code", {"start":{"line":76,"column":58},"end":{"line":76,"column":62}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"code","hash":{},"data":data,"loc":{"start":{"line":76,"column":56},"end":{"line":76,"column":64}}}) : helper))) != null ? stack1 : "")
    + "</span>: "
    + ((stack1 = (((helper = lookupProperty(helpers,"title") || alias1(depth0, "title", {"start":{"line":76,"column":75},"end":{"line":76,"column":80}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"title","hash":{},"data":data,"loc":{"start":{"line":76,"column":73},"end":{"line":76,"column":82}}}) : helper))) != null ? stack1 : "")
    + " ("
    + ((stack1 = (((helper = lookupProperty(helpers,"count") || alias1(depth0, "count", {"start":{"line":76,"column":86},"end":{"line":76,"column":91}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"count","hash":{},"data":data,"loc":{"start":{"line":76,"column":84},"end":{"line":76,"column":93}}}) : helper))) != null ? stack1 : "")
    + ")</h2>\n"
    + ((stack1 = lookupProperty(helpers,"each").call(alias2,lookupProperty(depth0,"findings"),{"name":"each","hash":{},"fn":container.program(14, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":77,"column":0},"end":{"line":87,"column":9}}})) != null ? stack1 : "")
    + ((stack1 = lookupProperty(helpers,"if").call(alias2,lookupProperty(depth0,"more"),{"name":"if","hash":{},"fn":container.program(20, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":88,"column":0},"end":{"line":90,"column":7}}})) != null ? stack1 : "")
    + ((stack1 = lookupProperty(helpers,"each").call(alias2,lookupProperty(depth0,"helps"),{"name":"each","hash":{},"fn":container.program(21, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":91,"column":0},"end":{"line":93,"column":9}}})) != null ? stack1 : "");
},"14":function(container,depth0,helpers,partials,data) {
    var stack1, helper, alias1=depth0 != null ? depth0 : (container.nullContext || {}), lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<div class=\"finding\"><p>"
    + ((stack1 = lookupProperty(helpers,"if").call(alias1,lookupProperty(depth0,"file"),{"name":"if","hash":{},"fn":container.program(15, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":78,"column":24},"end":{"line":78,"column":66}}})) != null ? stack1 : "")
    + ((stack1 = (((helper = lookupProperty(helpers,"message") || container.strict(depth0, "message", {"start":{"line":78,"column":68},"end":{"line":78,"column":75}} ))),(typeof helper === "function" ? helper.call(alias1,{"name":"message","hash":{},"data":data,"loc":{"start":{"line":78,"column":66},"end":{"line":78,"column":77}}}) : helper))) != null ? stack1 : "")
    + "</p>\n"
    + ((stack1 = lookupProperty(helpers,"each").call(alias1,lookupProperty(depth0,"places"),{"name":"each","hash":{},"fn":container.program(16, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":79,"column":0},"end":{"line":82,"column":9}}})) != null ? stack1 : "")
    + ((stack1 = lookupProperty(helpers,"if").call(alias1,lookupProperty(depth0,"more"),{"name":"if","hash":{},"fn":container.program(19, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":83,"column":0},"end":{"line":85,"column":7}}})) != null ? stack1 : "")
    + "</div>\n";
},"15":function(container,depth0,helpers,partials,data) {
    var stack1, helper, lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<code>"
    + ((stack1 = (((helper = lookupProperty(helpers,"file") || container.strict(depth0, "file", {"start":{"line":78,"column":44},"end":{"line":78,"column":48}} ))),(typeof helper === "function" ? helper.call(depth0 != null ? depth0 : (container.nullContext || {}),{"name":"file","hash":{},"data":data,"loc":{"start":{"line":78,"column":42},"end":{"line":78,"column":50}}}) : helper))) != null ? stack1 : "")
    + "</code>: ";
},"16":function(container,depth0,helpers,partials,data) {
    var stack1, helper, alias1=depth0 != null ? depth0 : (container.nullContext || {}), alias2=container.strict, alias3="function", lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<div"
    + ((stack1 = lookupProperty(helpers,"if").call(alias1,lookupProperty(depth0,"isCause"),{"name":"if","hash":{},"fn":container.program(17, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":80,"column":4},"end":{"line":80,"column":40}}})) != null ? stack1 : "")
    + ">"
    + ((stack1 = lookupProperty(helpers,"if").call(alias1,lookupProperty(depth0,"text"),{"name":"if","hash":{},"fn":container.program(18, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":80,"column":41},"end":{"line":80,"column":81}}})) != null ? stack1 : "")
    + "\n<pre><span class=\"dim\">"
    + ((stack1 = (((helper = lookupProperty(helpers,"place") || alias2(depth0, "place", {"start":{"line":81,"column":25},"end":{"line":81,"column":30}} ))),(typeof helper === alias3 ? helper.call(alias1,{"name":"place","hash":{},"data":data,"loc":{"start":{"line":81,"column":23},"end":{"line":81,"column":32}}}) : helper))) != null ? stack1 : "")
    + " |</span> "
    + ((stack1 = (((helper = lookupProperty(helpers,"before") || alias2(depth0, "before", {"start":{"line":81,"column":44},"end":{"line":81,"column":50}} ))),(typeof helper === alias3 ? helper.call(alias1,{"name":"before","hash":{},"data":data,"loc":{"start":{"line":81,"column":42},"end":{"line":81,"column":52}}}) : helper))) != null ? stack1 : "")
    + "<mark>"
    + ((stack1 = (((helper = lookupProperty(helpers,"marked") || alias2(depth0, "marked", {"start":{"line":81,"column":60},"end":{"line":81,"column":66}} ))),(typeof helper === alias3 ? helper.call(alias1,{"name":"marked","hash":{},"data":data,"loc":{"start":{"line":81,"column":58},"end":{"line":81,"column":68}}}) : helper))) != null ? stack1 : "")
    + "</mark>"
    + ((stack1 = (((helper = lookupProperty(helpers,"after") || alias2(depth0, "after", {"start":{"line":81,"column":77},"end":{"line":81,"column":82}} ))),(typeof helper === alias3 ? helper.call(alias1,{"name":"after","hash":{},"data":data,"loc":{"start":{"line":81,"column":75},"end":{"line":81,"column":84}}}) : helper))) != null ? stack1 : "")
    + "</pre></div>\n";
},"17":function(container,depth0,helpers,partials,data) {
    return " class=\"cause\"";
},"18":function(container,depth0,helpers,partials,data) {
    var stack1, helper, lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<span>"
    + ((stack1 = (((helper = lookupProperty(helpers,"text") || container.strict(depth0, "text", {"start":{"line":80,"column":61},"end":{"line":80,"column":65}} ))),(typeof helper === "function" ? helper.call(depth0 != null ? depth0 : (container.nullContext || {}),{"name":"text","hash":{},"data":data,"loc":{"start":{"line":80,"column":59},"end":{"line":80,"column":67}}}) : helper))) != null ? stack1 : "")
    + "</span>";
},"19":function(container,depth0,helpers,partials,data) {
    var stack1, helper, lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<p class=\"cause dim\">"
    + ((stack1 = (((helper = lookupProperty(helpers,"more") || container.strict(depth0, "more", {"start":{"line":84,"column":23},"end":{"line":84,"column":27}} ))),(typeof helper === "function" ? helper.call(depth0 != null ? depth0 : (container.nullContext || {}),{"name":"more","hash":{},"data":data,"loc":{"start":{"line":84,"column":21},"end":{"line":84,"column":29}}}) : helper))) != null ? stack1 : "")
    + "</p>\n";
},"20":function(container,depth0,helpers,partials,data) {
    var stack1, helper, lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<p>"
    + ((stack1 = (((helper = lookupProperty(helpers,"more") || container.strict(depth0, "more", {"start":{"line":89,"column":5},"end":{"line":89,"column":9}} ))),(typeof helper === "function" ? helper.call(depth0 != null ? depth0 : (container.nullContext || {}),{"name":"more","hash":{},"data":data,"loc":{"start":{"line":89,"column":3},"end":{"line":89,"column":11}}}) : helper))) != null ? stack1 : "")
    + "</p>\n";
},"21":function(container,depth0,helpers,partials,data) {
    var stack1;

  return "<p><strong>Help:</strong> "
    + ((stack1 = container.lambda(depth0, depth0)) != null ? stack1 : "")
    + "</p>\n";
},"22":function(container,depth0,helpers,partials,data) {
    var stack1, helper, alias1=container.strict, alias2=depth0 != null ? depth0 : (container.nullContext || {}), alias3="function", lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<h2 id=\""
    + ((stack1 = (((helper = lookupProperty(helpers,"id") || alias1(depth0, "id", {"start":{"line":96,"column":10},"end":{"line":96,"column":12}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"id","hash":{},"data":data,"loc":{"start":{"line":96,"column":8},"end":{"line":96,"column":14}}}) : helper))) != null ? stack1 : "")
    + "\">Who reaches whom: "
    + ((stack1 = (((helper = lookupProperty(helpers,"title") || alias1(depth0, "title", {"start":{"line":96,"column":36},"end":{"line":96,"column":41}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"title","hash":{},"data":data,"loc":{"start":{"line":96,"column":34},"end":{"line":96,"column":43}}}) : helper))) != null ? stack1 : "")
    + "</h2>\n"
    + ((stack1 = lookupProperty(helpers,"if").call(alias2,lookupProperty(depth0,"rows"),{"name":"if","hash":{},"fn":container.program(23, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":97,"column":0},"end":{"line":104,"column":7}}})) != null ? stack1 : "")
    + ((stack1 = lookupProperty(helpers,"if").call(alias2,lookupProperty(depth0,"pairs"),{"name":"if","hash":{},"fn":container.program(27, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":105,"column":0},"end":{"line":111,"column":7}}})) != null ? stack1 : "")
    + ((stack1 = lookupProperty(helpers,"if").call(alias2,lookupProperty(depth0,"legend"),{"name":"if","hash":{},"fn":container.program(28, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":112,"column":0},"end":{"line":118,"column":7}}})) != null ? stack1 : "")
    + ((stack1 = lookupProperty(helpers,"if").call(alias2,lookupProperty(depth0,"more"),{"name":"if","hash":{},"fn":container.program(20, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":119,"column":0},"end":{"line":121,"column":7}}})) != null ? stack1 : "");
},"23":function(container,depth0,helpers,partials,data) {
    var stack1, alias1=depth0 != null ? depth0 : (container.nullContext || {}), lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<div class=\"scroll\"><table>\n<tr><th>from \\ to</th>"
    + ((stack1 = lookupProperty(helpers,"each").call(alias1,lookupProperty(depth0,"heads"),{"name":"each","hash":{},"fn":container.program(24, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":99,"column":22},"end":{"line":99,"column":75}}})) != null ? stack1 : "")
    + "</tr>\n"
    + ((stack1 = lookupProperty(helpers,"each").call(alias1,lookupProperty(depth0,"rows"),{"name":"each","hash":{},"fn":container.program(25, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":100,"column":0},"end":{"line":102,"column":9}}})) != null ? stack1 : "")
    + "</table></div>\n";
},"24":function(container,depth0,helpers,partials,data) {
    var stack1;

  return "<th scope=\"col\">"
    + ((stack1 = container.lambda(depth0, depth0)) != null ? stack1 : "")
    + "</th>";
},"25":function(container,depth0,helpers,partials,data) {
    var stack1, helper, alias1=depth0 != null ? depth0 : (container.nullContext || {}), lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<tr><th scope=\"row\">"
    + ((stack1 = (((helper = lookupProperty(helpers,"head") || container.strict(depth0, "head", {"start":{"line":101,"column":22},"end":{"line":101,"column":26}} ))),(typeof helper === "function" ? helper.call(alias1,{"name":"head","hash":{},"data":data,"loc":{"start":{"line":101,"column":20},"end":{"line":101,"column":28}}}) : helper))) != null ? stack1 : "")
    + "</th>"
    + ((stack1 = lookupProperty(helpers,"each").call(alias1,lookupProperty(depth0,"cells"),{"name":"each","hash":{},"fn":container.program(26, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":101,"column":33},"end":{"line":101,"column":91}}})) != null ? stack1 : "")
    + "</tr>\n";
},"26":function(container,depth0,helpers,partials,data) {
    var stack1, helper, alias1=container.strict, alias2=depth0 != null ? depth0 : (container.nullContext || {}), alias3="function", lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<td class=\""
    + ((stack1 = (((helper = lookupProperty(helpers,"kind") || alias1(depth0, "kind", {"start":{"line":101,"column":61},"end":{"line":101,"column":65}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"kind","hash":{},"data":data,"loc":{"start":{"line":101,"column":59},"end":{"line":101,"column":67}}}) : helper))) != null ? stack1 : "")
    + "\">"
    + ((stack1 = (((helper = lookupProperty(helpers,"word") || alias1(depth0, "word", {"start":{"line":101,"column":71},"end":{"line":101,"column":75}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"word","hash":{},"data":data,"loc":{"start":{"line":101,"column":69},"end":{"line":101,"column":77}}}) : helper))) != null ? stack1 : "")
    + "</td>";
},"27":function(container,depth0,helpers,partials,data) {
    var stack1, lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<ul>\n"
    + ((stack1 = lookupProperty(helpers,"each").call(depth0 != null ? depth0 : (container.nullContext || {}),lookupProperty(depth0,"pairs"),{"name":"each","hash":{},"fn":container.program(1, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":107,"column":0},"end":{"line":109,"column":9}}})) != null ? stack1 : "")
    + "</ul>\n";
},"28":function(container,depth0,helpers,partials,data) {
    var stack1, lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<dl>\n"
    + ((stack1 = lookupProperty(helpers,"each").call(depth0 != null ? depth0 : (container.nullContext || {}),lookupProperty(depth0,"legend"),{"name":"each","hash":{},"fn":container.program(29, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":114,"column":0},"end":{"line":116,"column":9}}})) != null ? stack1 : "")
    + "</dl>\n";
},"29":function(container,depth0,helpers,partials,data) {
    var stack1, helper, alias1=container.strict, alias2=depth0 != null ? depth0 : (container.nullContext || {}), alias3="function", lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<dt><strong>"
    + ((stack1 = (((helper = lookupProperty(helpers,"head") || alias1(depth0, "head", {"start":{"line":115,"column":14},"end":{"line":115,"column":18}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"head","hash":{},"data":data,"loc":{"start":{"line":115,"column":12},"end":{"line":115,"column":20}}}) : helper))) != null ? stack1 : "")
    + "</strong></dt><dd>"
    + ((stack1 = (((helper = lookupProperty(helpers,"words") || alias1(depth0, "words", {"start":{"line":115,"column":40},"end":{"line":115,"column":45}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"words","hash":{},"data":data,"loc":{"start":{"line":115,"column":38},"end":{"line":115,"column":47}}}) : helper))) != null ? stack1 : "")
    + "</dd>\n";
},"30":function(container,depth0,helpers,partials,data) {
    var stack1, lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<h2 id=\"generators\">Who wrote the rules</h2>\n"
    + ((stack1 = lookupProperty(helpers,"each").call(depth0 != null ? depth0 : (container.nullContext || {}),lookupProperty(depth0,"generators"),{"name":"each","hash":{},"fn":container.program(31, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":125,"column":0},"end":{"line":132,"column":9}}})) != null ? stack1 : "");
},"31":function(container,depth0,helpers,partials,data) {
    var stack1, helper, alias1=container.strict, alias2=depth0 != null ? depth0 : (container.nullContext || {}), alias3="function", lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<h3>"
    + ((stack1 = (((helper = lookupProperty(helpers,"name") || alias1(depth0, "name", {"start":{"line":126,"column":6},"end":{"line":126,"column":10}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"name","hash":{},"data":data,"loc":{"start":{"line":126,"column":4},"end":{"line":126,"column":12}}}) : helper))) != null ? stack1 : "")
    + ": "
    + ((stack1 = (((helper = lookupProperty(helpers,"words") || alias1(depth0, "words", {"start":{"line":126,"column":16},"end":{"line":126,"column":21}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"words","hash":{},"data":data,"loc":{"start":{"line":126,"column":14},"end":{"line":126,"column":23}}}) : helper))) != null ? stack1 : "")
    + "</h3>\n<ul>\n"
    + ((stack1 = lookupProperty(helpers,"each").call(alias2,lookupProperty(depth0,"purposes"),{"name":"each","hash":{},"fn":container.program(1, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":128,"column":0},"end":{"line":130,"column":9}}})) != null ? stack1 : "")
    + "</ul>\n";
},"compiler":[8,">= 4.3.0"],"main":function(container,depth0,helpers,partials,data) {
    var stack1, helper, alias1=container.strict, alias2=depth0 != null ? depth0 : (container.nullContext || {}), alias3="function", lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>Firewall audit: "
    + ((stack1 = (((helper = lookupProperty(helpers,"counts") || alias1(depth0, "counts", {"start":{"line":7,"column":25},"end":{"line":7,"column":31}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"counts","hash":{},"data":data,"loc":{"start":{"line":7,"column":23},"end":{"line":7,"column":33}}}) : helper))) != null ? stack1 : "")
    + "</title>\n<style>\n:root { color-scheme: light dark; --line: #8884; --soft: #8882; --error: #b3261e; --warning: #8a5a00; --note: #0b57a4; }\n@media (prefers-color-scheme: dark) { :root { --error: #ff8a80; --warning: #ffc163; --note: #82b8ff; } }\nbody { font: 15px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 0 auto; padding: 1rem; }\nh1 { font-size: 1.4rem; } h2 { font-size: 1.15rem; border-bottom: 1px solid var(--line); margin-top: 2rem; } h3 { font-size: 1rem; }\nnav ol { columns: 20rem; padding-left: 1.2rem; }\ncode, pre { font: 13px/1.45 ui-monospace, monospace; } pre { background: var(--soft); padding: .4rem .6rem; overflow-x: auto; margin: .3rem 0; }\nmark { background: none; color: inherit; text-decoration: underline wavy var(--error); text-underline-offset: 3px; }\ntable { border-collapse: collapse; } th, td { border: 1px solid var(--line); padding: .25rem .5rem; text-align: left; vertical-align: top; overflow-wrap: anywhere; }\n.scroll { overflow-x: auto; } .error { color: var(--error); } .warning { color: var(--warning); } .note { color: var(--note); }\n.partial { border: 2px solid var(--error); padding: .5rem 1rem; } .dim { opacity: .7; } .finding { margin: .8rem 0; } .cause { margin-left: 1.5rem; }\ntd.yes { background: #2e7d3233; } td.depends { background: #f9a82533; }\n</style>\n</head>\n<body>\n<h1>Firewall audit: "
    + ((stack1 = (((helper = lookupProperty(helpers,"counts") || alias1(depth0, "counts", {"start":{"line":23,"column":22},"end":{"line":23,"column":28}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"counts","hash":{},"data":data,"loc":{"start":{"line":23,"column":20},"end":{"line":23,"column":30}}}) : helper))) != null ? stack1 : "")
    + "</h1>\n"
    + ((stack1 = lookupProperty(helpers,"if").call(alias2,lookupProperty(depth0,"partial"),{"name":"if","hash":{},"fn":container.program(0, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":24,"column":0},"end":{"line":31,"column":7}}})) != null ? stack1 : "")
    + "<nav aria-label=\"Contents\"><ol>\n"
    + ((stack1 = lookupProperty(helpers,"each").call(alias2,lookupProperty(depth0,"contents"),{"name":"each","hash":{},"fn":container.program(2, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":33,"column":0},"end":{"line":35,"column":9}}})) != null ? stack1 : "")
    + "</ol></nav>\n<h2 id=\"read\">What was read</h2>\n<ul>\n"
    + ((stack1 = lookupProperty(helpers,"each").call(alias2,lookupProperty(depth0,"inputs"),{"name":"each","hash":{},"fn":container.program(3, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":39,"column":0},"end":{"line":41,"column":9}}})) != null ? stack1 : "")
    + "</ul>\n"
    + ((stack1 = lookupProperty(helpers,"if").call(alias2,lookupProperty(depth0,"ways"),{"name":"if","hash":{},"fn":container.program(4, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":43,"column":0},"end":{"line":49,"column":7}}})) != null ? stack1 : "")
    + ((stack1 = lookupProperty(helpers,"if").call(alias2,lookupProperty(depth0,"drift"),{"name":"if","hash":{},"fn":container.program(5, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":50,"column":0},"end":{"line":74,"column":7}}})) != null ? stack1 : "")
    + ((stack1 = lookupProperty(helpers,"each").call(alias2,lookupProperty(depth0,"kinds"),{"name":"each","hash":{},"fn":container.program(13, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":75,"column":0},"end":{"line":94,"column":9}}})) != null ? stack1 : "")
    + ((stack1 = lookupProperty(helpers,"each").call(alias2,lookupProperty(depth0,"matrices"),{"name":"each","hash":{},"fn":container.program(22, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":95,"column":0},"end":{"line":122,"column":9}}})) != null ? stack1 : "")
    + ((stack1 = lookupProperty(helpers,"if").call(alias2,lookupProperty(depth0,"generators"),{"name":"if","hash":{},"fn":container.program(30, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":123,"column":0},"end":{"line":133,"column":7}}})) != null ? stack1 : "")
    + "</body>\n</html>\n";
},"useData":true}
